import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./set-up.js";

/**
 * Bundles TypeScript that is no part of the program, in the same way as the program. `entryPoints` has their paths by the name of the bundle. Returns the
 * folder of the bundles. Call `setUp` first: it installs esbuild.
 */
export async function bundle(entryPoints) {
	const { build } = await import("esbuild");
	const folder = join(root, "node_modules", ".cache", "cagewright-scripts");
	mkdirSync(folder, { recursive: true });
	await build({
		absWorkingDir: root,
		entryPoints,
		outdir: folder,
		bundle: true,
		platform: "node",
		target: "node20.19",
		format: "esm",
		external: ["xmlbuilder2", "*/devtools.js"],
		define: { "process.env.NODE_ENV": '"production"' },
		banner: {
			js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
		},
	});
	return folder;
}
