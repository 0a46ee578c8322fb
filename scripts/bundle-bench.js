import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./set-up.js";

/**
 * Bundles benches, which are TypeScript, in the same way as the program. `entryPoints` by the name of the bundle; gives the folder of the bundles.
 * esbuild comes with the packages, so this is called after `setUp`.
 */
export async function bundleBench(entryPoints) {
	const { build } = await import("esbuild");
	const folder = join(root, "node_modules", ".cache", "cagewright-bench");
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
