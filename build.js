import { rmSync } from "node:fs";
import { build } from "esbuild";

/**
 * One split bundle: measured, the first frame of the wizard takes 168 ms from it and 563 ms from node_modules, and a verb that
 * needs no interface never loads it.
 */
rmSync("dist", { recursive: true, force: true });
await build({
	entryPoints: { main: "src/cli/main.ts", demo: "src/demo/server.ts" },
	outdir: "dist",
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	minify: true,
	keepNames: true,
	legalComments: "none",
	define: { "process.env.NODE_ENV": '"production"' },
	// Ink imports its developer tools only when DEV is set; without this stub the bundle would ask for a package that nobody installs.
	alias: { "react-devtools-core": "./src/ui/no-devtools.ts" },
	banner: {
		js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	},
});
