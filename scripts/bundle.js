import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./project.js";

/**
 * Bundles TypeScript that is not part of the program, with the same settings as the program. `entryPoints` maps bundle names to paths.
 * Returns the folder with the bundles. Call `setUp` first: it installs esbuild.
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

/** Writes the generated files (scripts/reference/main.ts), and returns the status. */
export async function runReference(...args) {
	const folder = await bundle({ reference: "scripts/reference/main.ts" });
	return spawnSync(process.execPath, [join(folder, "reference.js"), root, ...args], { stdio: "inherit" }).status ?? 1;
}
