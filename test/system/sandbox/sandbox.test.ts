import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { begin, cagewright, home, temporaryFolder, temporaryState, type Where } from "../cagewright.ts";
import { eventually } from "../eventually.ts";
import { ordinaryUser, readableProgram } from "../ordinary.ts";

/** An application that does all it can to change the host is traced, and the host is compared with what it was. */

const port = 7407;
const attempts = fileURLToPath(new URL("attempts.py", import.meta.url));
const folder = temporaryFolder("sandbox");
const at = (name: string) => join(folder, name);
const servers: Server[] = [];
let decoy: ChildProcess;
let tcpPort = 0;

beforeAll(async () => {
	chmodSync(folder, 0o755);
	copyFileSync(attempts, at("attempts.py"));
	for (const name of ["open", "victim", "shown", "reports"]) mkdirSync(at(name));
	for (const name of ["open", "reports"]) chmodSync(at(name), 0o777);
	const library = fileURLToPath(new URL("rights.c", import.meta.url));
	execFileSync("gcc", ["-shared", "-fPIC", "-o", at("rights.so"), library]);
	copyFileSync("/bin/bash", at("setuid"));
	chmodSync(at("setuid"), 0o4755);
	decoy = spawn("/bin/sh", ["-c", "sleep 600 # cagewright-decoy"], { stdio: "ignore" });
	for (const path of [at("shown/socket"), at("socket"), `\0cagewright-test-${process.pid}`]) await listen({ path });
	for (const path of [at("shown/socket"), at("socket")]) chmodSync(path, 0o777);
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

/** What an application could change that outlives it. Values that change by themselves are left out by `stable`. */
function machine(): Map<string, string> {
	const found = new Map<string, string>();
	const note = (path: string) => {
		try {
			found.set(path, readFileSync(path, "latin1"));
		} catch {
			// Write-only, or of a device that is away.
		}
	};
	const below = (top: string, wanted: (path: string) => boolean) => {
		for (const entry of readdirSync(top, { withFileTypes: true })) {
			const path = join(top, entry.name);
			if (entry.isDirectory()) below(path, wanted);
			else if (entry.isFile() && wanted(path)) note(path);
		}
	};
	const isWritable = (path: string) => (lstatSync(path).mode & 0o222) !== 0;
	below("/proc/sys", isWritable);
	for (const top of ["/sys/kernel/mm", "/sys/module", "/sys/block", "/sys/power"]) if (existsSync(top)) below(top, isWritable);
	for (const name of ["self/mountinfo", "modules", "swaps", "partitions"]) note(`/proc/${name}`);
	found.set("devices", devices("/dev").join("\n"));
	// By name or key, because the machine makes others all the time.
	found.set("cgroups", execFileSync("find", ["/sys/fs/cgroup", "-name", "cagewright-test*"], { encoding: "latin1" }));
	for (const name of ["shm", "msg"]) {
		const keys = readFileSync(`/proc/sysvipc/${name}`, "latin1").match(/^ *112979481[67] /gm);
		found.set(`System V ${name}`, String(keys));
	}
	found.set("keys", String(readFileSync("/proc/keys", "latin1").includes("cagewright-test")));
	found.set("host name", execFileSync("uname", ["-a"], { encoding: "latin1" }));
	return found;
}

function devices(top: string): string[] {
	return readdirSync(top, { withFileTypes: true }).flatMap((entry) => {
		const path = join(top, entry.name);
		if (path === "/dev/shm" || path === "/dev/pts") return [];
		if (entry.isDirectory()) return devices(path);
		const status = lstatSync(path, { throwIfNoEntry: false });
		return [`${path} ${status?.mode} ${status?.rdev} ${status?.uid}`];
	});
}

/** Two looks without anything in between show which values change by themselves. */
function stable(): Map<string, string> {
	const [first, second] = [machine(), machine()];
	return new Map([...first].filter(([path, value]) => second.get(path) === value && !isVolatile(path)));
}
const isVolatile = (path: string) => /\/(random|ns_last_pid|pty\/nr|.*-nr|.*-state|dentry|nf_conntrack_count|stat)/.test(path);

/** The mounts are in a mount namespace of the test's own: a single file, a ramfs, queues, and a directory that nobody may write to. */
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
	...["unshare", "--mount", "--propagation", "private", "sh", "-euc"],
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
	writeFileSync(at(`${name}.json`), JSON.stringify(facts));
	const report = at(`reports/${name}`);
	const probe = `curl -fsS --noproxy '*' -m 60 -o ${report} http://127.0.0.1:${port}/ && grep -q '^done' ${report}`;
	const command = ["/usr/bin/python3", at("attempts.py"), String(port), at(`${name}.json`)];
	const traced = await cagewright(
		["trace", "--name", name, "--timeout", "50", "--probe", probe, ...options, "--", ...command],
		where,
	);
	return {
		status: traced.status,
		stderr: traced.stderr,
		report: existsSync(report) ? readFileSync(report, "latin1").split("\n") : [],
	};
}

const unchanged = ["/etc", "/usr/bin", "/root", "/dev/shm", "/run", at("open"), at("victim"), at("shown")];

/** Traces as `trace` does, and sees that nothing of the machine is another than before. */
async function traceUnchanged(...words: Parameters<typeof trace>): Promise<void> {
	const before = stable();
	const clock = Date.now() - performance.now();
	const { report, status, stderr } = await trace(...words);
	expect(stderr).not.toMatch(/bug/);
	expect({ status, report: report.at(-1) }).toEqual({ status: 0, report: "done" });
	expect(report.filter((line) => line !== "done")).toEqual([]);
	const after = machine();
	expect([...before].filter(([path, value]) => after.get(path) !== value).map(([path]) => path)).toEqual([]);
	expect(Math.abs(Date.now() - performance.now() - clock)).toBeLessThan(60_000);
	for (const place of unchanged) for (const name of ["by-writing", "by-chroot"]) expect(readdirSync(place)).not.toContain(name);
	expect(readFileSync("/etc/passwd", "latin1")).not.toBe("sandbox");
	expect(decoy.exitCode ?? decoy.signalCode).toBeNull();
}
const mountsAreUnchanged = () =>
	expect(readFileSync(at("afterwards"), "latin1")).toBe(`host\nhost\n${at("queues")}:\n\n${at("ram")}:\nfile\n`);

describe("an application that does all it can is traced", { timeout: 180_000 }, () => {
	test("as root, and changes nothing; what it was refused is in the plan", async () => {
		const where = { state: temporaryState(), enter: inMounts };
		const given = `/srv/cagewright-test-${process.pid}`;
		const made = `/var/lib/cagewright-test-${process.pid}`;
		const before = statSync(at("victim"));
		// For the second run to follow.
		const links = [given, made, "/.launch", "/srv"].map((path) => [path, at("victim")] as const);
		await traceUnchanged("root", where, ["--writable", given, "--directory", made], links);
		mountsAreUnchanged();
		const after = statSync(at("victim"));
		expect([after.uid, after.gid, after.mode, after.ctimeMs]).toEqual([before.uid, before.gid, before.mode, before.ctimeMs]);
		for (const path of [given, made]) expect(existsSync(path)).toBe(false);

		const { json } = await cagewright(["plan", "root", "--json"], where);
		const { notes } = json as unknown as { notes: { code: string; values: Record<string, string> }[] };
		const refused = notes.filter(({ code }) => code === "call-refused").map(({ values }) => values.call);
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
		expect(notes.find(({ code }) => code === "kernel-setting-refused")?.values.paths).toMatch(/^\/(proc|sys)\//);
	});
	test("as an account, and changes nothing", async () => {
		await traceUnchanged("account", { state: temporaryState(), enter: inMounts }, ["--user", "nobody"]);
		mountsAreUnchanged();
	});
	test("by an ordinary user, and changes nothing", async () => {
		await traceUnchanged("ordinary", ordinaryUser(readableProgram()), []);
	});
});

describe("a machine that is a chroot itself", () => {
	test("keeps an application that may chroot from everything above it", async () => {
		const top = at("chroot");
		const state = temporaryState();
		const [script, report] = [at("climb.py"), at("reports/climb")];
		writeFileSync(
			script,
			[
				"import os, http.server, socketserver",
				"os.makedirs('/tmp/jail', exist_ok=True)",
				"above = os.open('/', os.O_RDONLY)",
				"os.chroot('/tmp/jail')",
				"os.fchdir(above)",
				"for _ in range(50): os.chdir('..')",
				"os.chroot('.')",
				`try: open(${JSON.stringify(at("open/by-climbing"))}, 'w').close()`,
				"except OSError: pass",
				"top = ' '.join(sorted(os.listdir('/')))",
				"class Answer(http.server.BaseHTTPRequestHandler):",
				"    def do_GET(self):",
				"        self.send_response(200); self.end_headers(); self.wfile.write(top.encode())",
				`http.server.HTTPServer(('127.0.0.1', ${port}), Answer).serve_forever()`,
			].join("\n"),
		);
		// A directory that is a mount of its own, as partitions are, and that holds no way to the test's folder but a bind mount.
		const places = ["usr", "etc", "proc", "sys", "dev", "tmp", "run", "var/lib", "var/tmp", "inside"];
		const steps = [
			`mkdir ${top}`,
			`mount -n --bind ${top} ${top}`,
			`cd ${top}`,
			`mkdir -p ${places.join(" ")} .${state} .${home} .${folder}`,
			"for name in bin lib lib64 sbin; do ln -s usr/$name $name; done",
			"for name in usr etc sys dev; do mount -n --rbind /$name $name; done",
			"mount -n -t proc proc proc",
			`for place in ${home} ${state} ${at("reports")}; do mkdir -p .$place; mount -n --bind $place .$place; done`,
			`cp ${script} .${script}`,
			`exec chroot ${top} "$@"`,
		];
		const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", steps.join("\n"), "sh"];
		const probe = `curl -fsS --noproxy '*' -m 20 -o ${report} http://127.0.0.1:${port}/`;
		const traced = await cagewright(["trace", "--name", "climb", "--probe", probe, "--", "/usr/bin/python3", script], {
			state,
			enter,
			cwd: "/",
		});
		expect([traced.status, traced.stderr]).toEqual([0, expect.any(String)]);
		expect(readFileSync(report, "latin1").split(" ")).toContain("inside");
		expect(readdirSync(at("open"))).not.toContain("by-climbing");
	}, 60_000);
});

describe("a runaway application", () => {
	test("that passes its output to a service does not keep the trace from ending", async () => {
		const [socket, script] = [at("holds"), at("passes.py")];
		// Connections that nobody accepts keep what was sent with them.
		const holding = `import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(${JSON.stringify(socket)}); s.listen(9); sys.stdin.read()`;
		const holder = spawn("/usr/bin/python3", ["-c", holding], { stdio: ["pipe", "ignore", "inherit"] });
		writeFileSync(
			script,
			[
				"import socket, sys, time, http.server",
				"peer = socket.socket(socket.AF_UNIX)",
				"while True:",
				`    try: peer.connect(${JSON.stringify(socket)}); break`,
				"    except OSError: time.sleep(0.2)",
				"socket.send_fds(peer, [b'x'], [1, 2])",
				`http.server.HTTPServer(('127.0.0.1', ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`,
			].join("\n"),
		);
		try {
			await eventually(() => expect(existsSync(socket)).toBe(true));
			const probe = `curl -fsS --noproxy '*' -m 5 -o /dev/null http://127.0.0.1:${port}/`;
			const { status, stderr } = await cagewright(
				["trace", "--name", "passes", "--allow", `socket:${socket}`, "--probe", probe, "--", "/usr/bin/python3", script],
				{ state: temporaryState() },
			);
			expect(stderr).toContain(`a service of this machine at ${socket}`);
			expect(status).toBe(0);
			expect(holder.exitCode).toBeNull();
		} finally {
			holder.stdin?.end();
			await once(holder, "close");
		}
	}, 60_000);

	test("is stopped before it fills the disk, and all that it wrote is gone", async () => {
		const state = temporaryState();
		const small = [
			"unshare",
			"--mount",
			"--propagation",
			"private",
			"sh",
			"-euc",
			`mount -n -t tmpfs -o size=200m,mode=755 tmpfs ${state}; set +e; "$@"; status=$?; du -sm ${state} >${at("used")}; exit $status`,
			"sh",
		];
		const script = at("fill.sh");
		writeFileSync(
			script,
			"#!/bin/sh\ni=0; while :; do i=$((i + 1)); head -c 4000000 /dev/zero >/var/tmp/fill-$i; sleep 0.05; done\n",
			{ mode: 0o755 },
		);
		const result = await cagewright(["trace", "--name", "fill", "--probe", "false", "--", script], { state, enter: small });
		expect(result.status).toBe(1);
		expect(result.stderr).toContain("the disk is nearly full, so it was stopped");
		expect(Number(readFileSync(at("used"), "latin1").split("\t")[0])).toBeLessThan(20);
	}, 120_000);

	test("is held by a cgroup of its own where there are any, and an account by its number of processes", async () => {
		const script = at("idle.py");
		writeFileSync(script, "import time\ntime.sleep(600)\n");
		const command = ["/usr/bin/python3", script];
		const traced = begin(["trace", "--name", "idle", "--user", "nobody", "--probe", "false", "--", ...command], {
			state: temporaryState(),
		});
		const held = await eventually(() => {
			const pid = processWith(command);
			expect(pid).toBeDefined();
			return { cgroup: readFileSync(`/proc/${pid}/cgroup`, "latin1"), limits: readFileSync(`/proc/${pid}/limits`, "latin1") };
		});
		await traced.stop();
		expect(held.cgroup.includes("cagewright.") || /Max processes +4096 +4096/.test(held.limits)).toBe(true);
	});
});

function processWith(command: readonly string[]): string | undefined {
	return readdirSync("/proc").find((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, "latin1") === `${command.join("\0")}\0`;
		} catch {
			return false;
		}
	});
}
