import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./set-up.js";
import { requirePrograms } from "./system-packages.js";

/** `npm run bench [-- NAME…]`: bundles the benches, which are TypeScript, beside the packages that they import, and runs them. */
setUp();
requirePrograms();
const { build } = await import("esbuild");
const folder = join(root, "node_modules", ".cache", "cagewright-bench");
mkdirSync(folder, { recursive: true });
await build({
	absWorkingDir: root,
	entryPoints: { main: "test/bench/main.ts", "fold-child": "test/bench/fold-child.ts" },
	outdir: folder,
	bundle: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	packages: "external",
});
const { status } = spawnSync(process.execPath, [join(folder, "main.js"), ...process.argv.slice(2)], {
	cwd: root,
	stdio: "inherit",
});
process.exitCode = status ?? 1;
