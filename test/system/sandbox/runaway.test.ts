import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isLong } from "../../long.ts";
import { begin, cagewright, home, temporaryFolder, temporaryState } from "../cagewright.ts";
import { eventually } from "../eventually.ts";
import { allProcesses, commandOf, read } from "../processes.ts";
import { scoped } from "../scoped.ts";

/** Applications that try to leave a chroot, keep the trace from ending, or exhaust the machine. */

const port = 7407;
const folder = temporaryFolder("runaway");
const at = (name: string) => join(folder, name);
for (const name of ["open", "reports"]) {
	mkdirSync(at(name));
	chmodSync(at(name), 0o777);
}

describe("a sandbox in a chroot", () => {
	test("gives an application that may chroot no access above it", async () => {
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
		// A directory that is a separate mount, like a partition, and that leads to the test's folder via a bind mount only.
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
	});
});

describe("a runaway application", () => {
	test.runIf(isLong)("cannot prolong the trace by passing its output to a service", async () => {
		const [socket, script] = [at("holds"), at("passes.py")];
		// Connections that nobody accepts keep the descriptors sent over them.
		const holding = `import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(${JSON.stringify(socket)}); s.listen(9); sys.stdin.read()`;
		await using holder = scoped(spawn("/usr/bin/python3", ["-c", holding], { stdio: ["pipe", "ignore", "inherit"] }));
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
		await eventually(() => expect(existsSync(socket)).toBe(true));
		const probe = `curl -fsS --noproxy '*' -m 60 -o /dev/null http://127.0.0.1:${port}/`;
		const { status, stderr } = await cagewright(
			["trace", "--name", "passes", "--allow", `socket:${socket}`, "--probe", probe, "--", "/usr/bin/python3", script],
			{ state: temporaryState() },
		);
		expect(stderr).toContain(`a service of this machine at ${socket}`);
		expect(status).toBe(0);
		expect(holder.exitCode).toBeNull();
	});

	test("is stopped before it fills the disk, and its files are removed", async () => {
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
		expect(result.stderr).toContain("filled the disk in the sandbox");
		expect(Number(readFileSync(at("used"), "latin1").split("\t")[0])).toBeLessThan(20);
	});

	test("is limited by a cgroup, or without cgroups by its account's number of processes", async () => {
		const script = at("idle.py");
		writeFileSync(script, "import time\ntime.sleep(600)\n");
		const command = ["/usr/bin/python3", script];
		const traced = begin(["trace", "--name", "idle", "--user", "nobody", "--probe", "false", "--", ...command], {
			state: temporaryState(),
		});
		const held = await eventually(() => {
			const pid = allProcesses().find((one) => commandOf(one) === command.join(" "));
			expect(pid).toBeDefined();
			return { cgroup: read(pid ?? 0, "cgroup"), limits: read(pid ?? 0, "limits") };
		});
		await traced.stop();
		expect(held.cgroup.includes("cagewright.") || /Max processes +4096 +4096/.test(held.limits)).toBe(true);
	});
});
