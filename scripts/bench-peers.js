import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle.js";
import { root, setUp } from "./set-up.js";
import { requireBenchPrograms, requirePrograms } from "./system-packages.js";

/**
 * `npm run bench:peers [-- REPETITIONS]`: compares whole jobs with other tools. The tools watch services on the machine itself, so
 * everything runs in separate namespaces, on empty copies of the directories that the services write to.
 */
requireBenchPrograms({
	jk_init: "jailkit",
	cde: "cde",
	reprozip: "reprozip",
	wrk: "wrk",
	"redis-benchmark": "redis-tools",
});
setUp();
requirePrograms();
const folder = await bundle({ peers: "bench/peers/main.ts" });
const covered = ["/run", "/var/log/nginx", "/var/lib/nginx", "/var/log/redis", "/var/lib/redis"];
const prepare = [
	...covered.map(
		(path) =>
			`mount -n -t tmpfs -o "mode=$(stat -c %a ${path}),uid=$(stat -c %u ${path}),gid=$(stat -c %g ${path})" tmpfs ${path}`,
	),
	"mkdir -m 755 /run/redis && chown redis:redis /run/redis",
	"mount -n -t sysfs sysfs /sys",
	"echo 0x9 >/sys/class/net/lo/flags",
	"umount -n /sys",
	'exec "$@"',
].join("\n");
const place = mkdtempSync("/var/lib/cagewright-bench-");
chmodSync(place, 0o755);
const namespaces = ["--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"];
const program = [process.execPath, join(folder, "peers.js"), place, ...process.argv.slice(2)];
const child = spawn("unshare", [...namespaces, "sh", "-euc", prepare, "sh", ...program], { cwd: root, stdio: "inherit" });
// unshare and the first process of its PID namespace ignore these signals.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGKILL"));
child.on("close", (status) => {
	rmSync(place, { recursive: true, force: true });
	process.exitCode = status ?? 1;
});
