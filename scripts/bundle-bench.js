import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { asModule } from "./bundling.js";
import { root } from "./set-up.js";

/**
 * Bundles benches, which are TypeScript, as the program is asModule. `entryPoints` by the name of the bundle; gives the folder of the bundles.
 * esbuild comes with the packages, so this is called after `setUp`.
 */
export async function bundleBench(entryPoints) {
	const { build } = await import("esbuild");
	const folder = join(root, "node_modules", ".cache", "cagewright-bench");
	mkdirSync(folder, { recursive: true });
	await build({
		...asModule,
		absWorkingDir: root,
		entryPoints,
		outdir: folder,
	});
	return folder;
}
