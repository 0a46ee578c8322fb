import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../../long.ts";
import { cagewright, type Json, temporaryFolder, temporaryState, type Where } from "../cagewright.ts";
import { ordinaryUser, readableProgram } from "../ordinary.ts";

/** Traces an application that tries everything to change the host, then compares the host with its earlier state. */

const port = 7407;
const attempts = fileURLToPath(new URL("attempts.py", import.meta.url));
const folder = temporaryFolder("sandbox");
const at = (name: string) => join(folder, name);
const servers: Server[] = [];
let decoy: ChildProcess;
let tcpPort = 0;

beforeAll(async () => {
	fs.chmodSync(folder, 0o755);
	fs.copyFileSync(attempts, at("attempts.py"));
	for (const name of ["open", "victim", "shown", "reports"]) fs.mkdirSync(at(name));
	for (const name of ["open", "reports"]) fs.chmodSync(at(name), 0o777);
	const library = fileURLToPath(new URL("rights.c", import.meta.url));
	execFileSync("gcc", ["-shared", "-fPIC", "-o", at("rights.so"), library]);
	fs.copyFileSync("/bin/bash", at("setuid"));
	fs.chmodSync(at("setuid"), 0o4755);
	decoy = spawn("/bin/sh", ["-c", "sleep 600 # cagewright-decoy"], { stdio: "ignore" });
	for (const path of [at("shown/socket"), at("socket"), `\0cagewright-test-${process.pid}`]) await listen({ path });
	for (const path of [at("shown/socket"), at("socket")]) fs.chmodSync(path, 0o777);
	tcpPort = await listen({ port: 0, host: "127.0.0.1" });
});
afterAll(() => {
	for (const server of servers) server.close();
	decoy.kill("SIGKILL");
});

function listen(where: { path: string } | { port: number; host: string }): Promise<number> {
	const server = createServer((peer) => peer.on("error", () => {}).end("host\n"));
	servers.push(server);
	return new Promise((resolve) => {
		server.listen(where, () => {
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : 0);
		});
	});
}

/** Everything that an application could change permanently. `stable` removes values that change anyway. */
function machine(): Map<string, string> {
	const found = new Map<string, string>();
	const note = (path: string) => {
		try {
			found.set(path, fs.readFileSync(path, "latin1"));
		} catch {
			// The file is write-only, or its device is gone.
		}
	};
	const below = (top: string, wanted: (path: string) => boolean) => {
		for (const entry of fs.readdirSync(top, { withFileTypes: true })) {
			const path = join(top, entry.name);
			if (entry.isDirectory()) below(path, wanted);
			else if (entry.isFile() && wanted(path)) note(path);
		}
	};
	const isWritable = (path: string) => (fs.lstatSync(path).mode & 0o222) !== 0;
	below("/proc/sys", isWritable);
	for (const top of ["/sys/kernel/mm", "/sys/module", "/sys/block", "/sys/power"]) if (fs.existsSync(top)) below(top, isWritable);
	for (const name of ["self/mountinfo", "modules", "swaps", "partitions"]) note(`/proc/${name}`);
	found.set("devices", devices("/dev").join("\n"));
	// Select by name or key, because the machine always creates others.
	found.set("cgroups", execFileSync("find", ["/sys/fs/cgroup", "-name", "cagewright-test*"], { encoding: "latin1" }));
	for (const name of ["shm", "msg"]) {
		const keys = fs.readFileSync(`/proc/sysvipc/${name}`, "latin1").match(/^ *112979481[67] /gm);
		found.set(`System V ${name}`, String(keys));
	}
	found.set("keys", String(fs.readFileSync("/proc/keys", "latin1").includes("cagewright-test")));
	found.set("host name", execFileSync("uname", ["-a"], { encoding: "latin1" }));
	return found;
}

function devices(top: string): string[] {
	return fs.readdirSync(top, { withFileTypes: true }).flatMap((entry) => {
		const path = join(top, entry.name);
		if (path === "/dev/shm" || path === "/dev/pts") return [];
		if (entry.isDirectory()) return devices(path);
		const status = fs.lstatSync(path, { throwIfNoEntry: false });
		return [`${path} ${status?.mode} ${status?.rdev} ${status?.uid}`];
	});
}

/** Keeps the values that do not change between two looks. A virtual machine may run a monitor of memory (DAMON), which moves its regions. */
function stable(): Map<string, string> {
	const [first, second] = [machine(), machine()];
	return new Map([...first].filter(([path, value]) => second.get(path) === value && !isVolatile(path)));
}
const isVolatile = (path: string) =>
	/\/(random|ns_last_pid|pty\/nr|.*-nr|.*-state|dentry|nf_conntrack_count|damon|stat)/.test(path);

/** These mounts are in the test's mount namespace: a single file, a ramfs, message queues, and a directory that nobody may write to. */
const mounts = [
	`touch ${at("mounted-file")} && echo host >${at("resolv")} && chmod 666 ${at("resolv")}`,
	`mount -n --bind ${at("resolv")} ${at("mounted-file")}`,
	`mkdir -p ${at("ram")} ${at("queues")}`,
	`mount -n -t ramfs -o mode=777 ramfs ${at("ram")} && echo host >${at("ram")}/file && chmod 666 ${at("ram")}/file`,
	`mount -n -t mqueue mqueue ${at("queues")} && chmod 777 ${at("queues")}`,
	`mount -n -o bind,ro ${at("shown")} ${at("shown")}`,
];
const afterwards = `cat ${at("resolv")} ${at("ram")}/file; ls ${at("ram")} ${at("queues")}`;
const inMounts = [
	"unshare",
	"--mount",
	"--propagation",
	"private",
	"sh",
	"-euc",
	`${mounts.join("\n")}\nset +e; "$@"; status=$?; { ${afterwards}; } >${at("afterwards")} 2>&1; exit $status`,
	"sh",
];

interface Traced {
	readonly status: number;
	readonly stderr: string;
	readonly report: readonly string[];
}

async function trace(
	name: string,
	where: Where,
	options: readonly string[],
	links: readonly (readonly [string, string])[] = [],
): Promise<Traced> {
	const facts = {
		folder: at("open"),
		pids: [process.pid, decoy.pid],
		port: tcpPort,
		sockets: [at("socket"), at("shown/socket"), `\0cagewright-test-${process.pid}`],
		setuid: [at("setuid")],
		library: at("rights.so"),
		folders: ["/etc", "/usr/bin", "/root", "/dev/shm", "/run", at("open"), at("victim"), at("ram"), at("queues"), at("shown")],
		files: [at("mounted-file"), at("ram/file"), "/etc/hostname", "/etc/passwd"],
		links,
	};
	fs.writeFileSync(at(`${name}.json`), JSON.stringify(facts));
	const report = at(`reports/${name}`);
	const probe = `curl -fsS --noproxy '*' -m 300 -o ${report} http://127.0.0.1:${port}/ && grep -q '^done' ${report}`;
	const command = ["/usr/bin/python3", at("attempts.py"), String(port), at(`${name}.json`)];
	const traced = await cagewright(
		["trace", "--name", name, "--timeout", "300", "--probe", probe, ...options, "--", ...command],
		where,
	);
	return {
		status: traced.status,
		stderr: traced.stderr,
		report: fs.existsSync(report) ? fs.readFileSync(report, "latin1").split("\n") : [],
	};
}

const unchanged = ["/etc", "/usr/bin", "/root", "/dev/shm", "/run", at("open"), at("victim"), at("shown")];

/** Traces with `trace`'s arguments and expects an unchanged machine. */
async function traceUnchanged(...words: Parameters<typeof trace>): Promise<void> {
	const before = stable();
	const clock = Date.now() - performance.now();
	const { report, status, stderr } = await trace(...words);
	expect(stderr).not.toMatch(/bug/);
	expect({ status, report: report.at(-1) }).toEqual({ status: 0, report: "done" });
	// A service of the host on its loopback is let through if the application has not answered a second after it asked, and is announced.
	const letThrough = stderr.includes(`127.0.0.1:${tcpPort}`) ? ["reached: the host's loopback"] : [];
	expect(report.filter((line) => line !== "done")).toEqual(letThrough);
	const after = machine();
	expect([...before].filter(([path, value]) => after.get(path) !== value).map(([path]) => path)).toEqual([]);
	expect(Math.abs(Date.now() - performance.now() - clock)).toBeLessThan(60_000);
	for (const place of unchanged)
		for (const name of ["by-writing", "by-chroot"]) expect(fs.readdirSync(place)).not.toContain(name);
	expect(fs.readFileSync("/etc/passwd", "latin1")).not.toBe("sandbox");
	expect(decoy.exitCode ?? decoy.signalCode).toBeNull();
}
const mountsAreUnchanged = () =>
	expect(fs.readFileSync(at("afterwards"), "latin1")).toBe(`host\nhost\n${at("queues")}:\n\n${at("ram")}:\nfile\n`);

describe("a traced application with every kind of attack", () => {
	test("changes nothing as root, and refused calls are in the plan", async () => {
		const where = { state: temporaryState(), enter: inMounts };
		const given = `/srv/cagewright-test-${process.pid}`;
		const made = `/var/lib/cagewright-test-${process.pid}`;
		const before = fs.statSync(at("victim"));
		// The second run could follow these links.
		const links = [given, made, "/.launch", "/srv"].map((path) => [path, at("victim")] as const);
		await traceUnchanged("root", where, ["--writable", given, "--directory", made], links);
		mountsAreUnchanged();
		const after = fs.statSync(at("victim"));
		expect([after.uid, after.gid, after.mode, after.ctimeMs]).toEqual([before.uid, before.gid, before.mode, before.ctimeMs]);
		for (const path of [given, made]) expect(fs.existsSync(path)).toBe(false);

		const { json } = await cagewright(["plan", "root", "--json"], where);
		const { notes } = json;
		const refused = notes.filter(({ code }: Json) => code === "call-refused").map(({ values }: Json) => values.call);
		expect(refused).toEqual(
			expect.arrayContaining([
				"mount",
				"umount2",
				"setns",
				"unshare",
				"sethostname",
				"init_module",
				"reboot",
				"keyctl",
				"swapon",
			]),
		);
		expect(notes).toContainEqual({
			code: "clock-pretended",
			values: { call: "clock_settime", option: "--allow capability:sys_time" },
		});
		expect(notes.find(({ code }: Json) => code === "kernel-setting-refused")?.values.paths).toMatch(/^\/(proc|sys)\//);
	});
	test.runIf(isLong)("changes nothing as an account", async () => {
		await traceUnchanged("account", { state: temporaryState(), enter: inMounts }, ["--user", "nobody"]);
		mountsAreUnchanged();
	});
	test.runIf(isLong)("changes nothing for an ordinary user", async () => {
		await traceUnchanged("ordinary", ordinaryUser(readableProgram()), []);
	});
});
