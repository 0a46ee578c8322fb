import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { endAfterFile } from "./clean-up.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, type Network } from "./network.ts";

/** A real application's syslog(3), and a socket that reads its messages, on a machine with a separate /dev and /run. */

const state = temporaryState();
const folder = temporaryFolder("syslog");
const application = ["python3", `${folder}/application.py`];
const probe = "curl -fsS --noproxy '*' http://127.0.0.1:8090/ | grep -q answered";

writeFileSync(
	`${folder}/application.py`,
	[
		"import http.server, syslog",
		"class Handler(http.server.BaseHTTPRequestHandler):",
		"    def do_GET(self):",
		"        syslog.openlog('caged-application')",
		"        syslog.syslog('asked for ' + self.path)",
		"        syslog.closelog()",
		"        self.send_response(200)",
		"        self.end_headers()",
		"        self.wfile.write(b'answered\\n')",
		"http.server.HTTPServer(('127.0.0.1', 8090), Handler).serve_forever()",
		"",
	].join("\n"),
);
/** Holds the socket of its first argument and writes each message into the log of its second one. */
writeFileSync(
	`${folder}/daemon.py`,
	[
		"import os, socket, sys",
		"heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
		"heard.bind(sys.argv[1])",
		"os.chmod(sys.argv[1], 0o666)",
		"print('listening', flush=True)",
		"while True:",
		"    line = heard.recv(4096)",
		"    with open(sys.argv[2], 'ab') as log: log.write(line + b'\\n')",
		"",
	].join("\n"),
);

interface Machine extends Network {
	/** Everything that its syslog daemon heard. */
	heard(): string;
}

let logs = 0;

/** Creates a machine with a separate /dev and an empty /run. `prepare` creates the path to the socket of its syslog daemon, if it has one. */
async function machine(prepare: string, socket?: string): Promise<Machine> {
	const nodes = { null: 3, zero: 5, full: 7, random: 8, urandom: 9 };
	const script = [
		"set -eu",
		"mount -n -t tmpfs -o mode=755 tmpfs /dev",
		...Object.entries(nodes).map(([name, minor]) => `mknod -m 666 /dev/${name} c 1 ${minor}`),
		"ln -s /proc/self/fd /dev/fd",
		"mkdir -m 1777 /dev/shm",
		"mount -n -t tmpfs -o mode=755 tmpfs /run",
		prepare,
		"mount -n -t sysfs sysfs /sys",
		"echo 0x9 >/sys/class/net/lo/flags",
		"umount -n /sys",
		"echo up",
		"exec cat",
	];
	const holder = spawn("unshare", ["--mount", "--net", "sh", "-c", script.join("\n")], { stdio: ["pipe", "pipe", "inherit"] });
	endAfterFile(holder, "SIGKILL");
	await once(holder.stdout, "data");
	const enter = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, `--net=/proc/${holder.pid}/ns/net`, "--"];
	const log = `${folder}/log-${++logs}`;
	writeFileSync(log, "");
	if (socket !== undefined) {
		const [program = "", ...words] = [...enter, "python3", `${folder}/daemon.py`, socket, log];
		const daemon = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
		endAfterFile(daemon, "SIGKILL");
		await once(daemon.stdout, "data");
	}
	return { enter, pid: holder.pid ?? 0, heard: () => readFileSync(log, "utf8") };
}

const options = (name: string, ...more: string[]) => {
	return ["--name", name, "--user", "www-data", "--probe", probe, ...more, "--", ...application];
};

describe("a host whose /dev/log is a link to a separate directory, as with systemd", () => {
	const socket = "/run/systemd/journal/dev-log";
	let host: Machine;
	beforeAll(async () => {
		host = await machine("mkdir -p /run/systemd/journal && ln -s /run/systemd/journal/dev-log /dev/log", socket);
	});

	test("gets no message from a sandbox, and the plan proposes the socket with the option that refuses it", async () => {
		expect(await cagewright(["trace", ...options("watched")], { state, enter: host.enter })).toMatchObject({ status: 0 });
		const { stdout } = await cagewright(["plan", "watched"], { state, enter: host.enter });
		expect(stdout).toMatch(/unix sockets \(connect \/dev\/log\) +--refuse unix-sockets\n/);
		expect(stdout).toMatch(new RegExp(`the host's syslog \\(${socket}\\) +--refuse syslog\n`));
		expect(stdout).toContain(`the cage mounts the socket ${socket} as /dev/log`);
		expect(stdout).toContain("--exclude /dev/log");
		expect(host.heard()).toBe("");
	});

	test("lets Cagewright quote an application that reports its failure only to syslog", async () => {
		const words =
			"import syslog; syslog.openlog('refuser'); syslog.syslog(syslog.LOG_ERR, 'error in its directory'); raise SystemExit(3)";
		const command = ["--name", "refuser", "--user", "www-data", "--probe", "false", "--", "python3", "-c", words];
		const { status, stderr } = await cagewright(["make", ...command, "--yes"], { state, enter: host.enter });
		expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("refuser: error in its directory") });
		expect(host.heard()).toBe("");
	});

	test.runIf(isLong)("stays closed with --refuse syslog", async () => {
		const other = temporaryState();
		cpSync(state, other, { recursive: true });
		const closed = ["--refuse", "syslog", "--refuse", "unix-sockets"];
		const { json } = await cagewright(["plan", "watched", "--json", ...closed], { state: other, enter: host.enter });
		expect(json.openings).toEqual({ capabilities: [], refused: [{ name: "syslog", why: "connect /dev/log" }] });
	});

	test("gets the caged application's messages", async () => {
		expect((await cagewright(["build", "watched", "--yes"], { state, enter: host.enter })).status).toBe(0);
		const run = startRun("watched", { state, enter: host.enter });
		await eventually(() => fetchPage("http://127.0.0.1:8090/first", host));
		await eventually(() => expect(host.heard()).toContain("caged-application: asked for /first"));
		await run.stop();
	});

	test.runIf(isLong)("starts the application even if its syslog daemon is gone", async () => {
		const away = await machine("");
		const run = startRun("watched", { state, enter: away.enter });
		expect(await eventually(() => fetchPage("http://127.0.0.1:8090/", away))).toBe("answered");
		await run.stop();
	});

	test.runIf(isLong)("gets nothing with --exclude /dev/log, and the application still answers", async () => {
		const before = host.heard();
		const { json } = await cagewright(["plan", "watched", "--exclude", "/dev/log", "--json"], { state, enter: host.enter });
		expect(json.openings).toEqual({ capabilities: [] });
		expect((await cagewright(["build", "watched", "--yes"], { state, enter: host.enter })).status).toBe(0);
		const run = startRun("watched", { state, enter: host.enter });
		expect(await eventually(() => fetchPage("http://127.0.0.1:8090/unheard", host))).toBe("answered");
		await run.stop();
		expect(host.heard()).toBe(before);
	});
});

test.runIf(isLong)("a socket directly in /dev is not shared, and the plan gives advice", async () => {
	const host = await machine("", "/dev/log");
	expect((await cagewright(["trace", ...options("apart")], { state, enter: host.enter })).status).toBe(0);
	const { stdout } = await cagewright(["plan", "apart"], { state, enter: host.enter });
	expect(stdout).toContain("/dev contains more than the socket /dev/log");
	expect(stdout).toContain("Permissions: none");
	expect(host.heard()).toBe("");
});
