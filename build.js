import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { billOfMaterials } from "./scripts/bill-of-materials.js";
import { runReference } from "./scripts/bundle.js";
import { buildNative } from "./scripts/native.js";
import { libraryFolders, notices } from "./scripts/notices.js";
import { sharedPieces } from "./scripts/pieces.js";

// npm packs files with the modes that they have here.
process.umask(0o022);

/** `node build.js [PROCESSOR…]`: without any, for this machine's. */
buildNative(process.argv.length > 2 ? process.argv.slice(2) : undefined);

/** Bundles src/ and its libraries into dist/, split so that the wizard is loaded only when it opens. */
const { metafile } = await build({
	absWorkingDir: import.meta.dirname,
	entryPoints: {
		main: "src/main.ts",
		// Separate processes and threads. The demonstration's cage includes its folder, so nothing else is in it.
		"demo/demo": "src/demo/server.ts",
		"relay/relay": "src/launch/relay/relay.ts",
		"planning/planning": "src/cli/planning.ts",
	},
	outdir: "dist",
	plugins: [sharedPieces],
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	sourcemap: true,
	sourcesContent: false,
	metafile: true,
	logLevel: "warning",
	// Not used: XML for the bill of materials, and Ink's developer tools.
	external: ["xmlbuilder2", "*/devtools.js"],
	// React's development build would record each of its steps.
	define: { "process.env.NODE_ENV": '"production"' },
	// CommonJS libraries load Node's modules with `require`.
	banner: {
		js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	},
});

// Remove files of earlier builds, whose names change with their contents.
const dist = join(import.meta.dirname, "dist");
for (const name of readdirSync(dist, { recursive: true })) {
	if (/^(native|man|completion)(\/|$)/.test(name)) continue;
	if (!Object.keys(metafile.outputs).some((file) => `${file}/`.startsWith(`dist/${name}/`))) {
		rmSync(join(dist, name), { recursive: true, force: true });
	}
}

const folders = libraryFolders(metafile);
writeFileSync(join(dist, "licences.txt"), notices(folders));
writeFileSync(join(dist, "bom.json"), billOfMaterials(folders));
process.exitCode = await runReference("dist");
