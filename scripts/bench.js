import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundle } from "./bundle.js";
import { root, setUp, withoutExtraCertificates } from "./set-up.js";
import { requireBenchPrograms, requirePrograms } from "./system-packages.js";

/** `npm run bench [-- NAME…]`: runs the benchmarks one after the other. */
requireBenchPrograms({ wrk: "wrk", "redis-benchmark": "redis-tools" });
setUp();
withoutExtraCertificates();
requirePrograms();
const folder = await bundle({
	main: "bench/main.ts",
	"fold-child": "bench/fold-child.ts",
	"live-child": "bench/live-child.tsx",
});
const { status } = spawnSync(process.execPath, [join(folder, "main.js"), ...process.argv.slice(2)], {
	cwd: root,
	stdio: "inherit",
});
process.exitCode = status ?? 1;
