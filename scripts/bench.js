import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundle } from "./bundle.js";
import { root, say, setUp, withoutExtraCertificates } from "./set-up.js";
import { requirePrograms, withoutPrograms } from "./system-packages.js";

/** `npm run bench [-- NAME…]`: the benches, in turn. */
setUp();
withoutExtraCertificates();
requirePrograms();
const missing = withoutPrograms({ wrk: "wrk", "redis-benchmark": "redis-tools" });
if (missing.length) {
	say(`the benches need more: apt-get install --no-install-recommends ${missing.join(" ")}`);
	process.exit(3);
}
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
