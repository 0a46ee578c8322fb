import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { nativeProgram } from "../../src/base/host/release.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { type Confinement, confineData } from "../../src/confine/confiner.ts";
import { landlockMask, landlockRuleset } from "../../src/confine/landlock.ts";
import { launchFailed } from "../../src/confine/places.ts";
import { seccompFilters } from "../../src/confine/seccomp/compile-filter.ts";
import { temporaryFolder } from "./cagewright.ts";
import { freePort } from "./network.ts";
import { scoped } from "./scoped.ts";

const filters = seccompFilters("x64", { unixSockets: false, memfd: false });

test("an old kernel is asked only for Landlock rights that it knows", () => {
	const { handled } = landlockRuleset([], false);
	expect([1, 2, 3, 5, 9].map((abi) => landlockMask(abi, handled))).toEqual([0x1fff, 0x3fff, 0x7fff, 0xffff, 0xffff]);
	expect(landlockMask(1, ["refer", "truncate", "execute"])).toBe(1);
});

describe.skipIf(process.arch !== "x64")("the confiner", () => {
	const folder = temporaryFolder("confine");
	let version: number;
	beforeAll(() => {
		mkdirSync(`${folder}/data`);
		writeFileSync(`${folder}/secret`, "secret\n");
		writeFileSync(`${folder}/probe`, nativeProgram("landlock"), { mode: 0o755 });
		version = spawnSync(`${folder}/probe`).status ?? 0;
	});

	function confined(line: string, values: Partial<Confinement> = {}) {
		const ruleset = landlockRuleset([pathFromText(`${folder}/data`)], false);
		const program = nativeProgram("confine", confineData({ landlock: version, ruleset, filters, ...values }));
		writeFileSync(`${folder}/confine`, program, { mode: 0o755 });
		const { output, status } = spawnSync(`${folder}/confine`, ["/bin/sh", "-c", line], { cwd: folder, encoding: "utf8" });
		return { status, output: output.join("") };
	}
	const statusLines = (...names: string[]) => `grep -E '^(${names.join("|")}):' /proc/self/status`;

	test("passes arguments and environment on to the next program, and exits with its status", () => {
		expect(confined('echo "$0 $HOME"; exit 7')).toEqual({ status: 7, output: `/bin/sh ${process.env.HOME}\n` });
	});
	test("sets no_new_privs and loads the filter", () => {
		expect(confined(statusLines("NoNewPrivs", "Seccomp")).output).toBe("NoNewPrivs:\t1\nSeccomp:\t2\n");
	});
	test("loads the plan's filter, which refuses namespaces even to root", () => {
		expect(confined("unshare --mount true").output).toContain("Operation not permitted");
	});
	test("permits writing only in the writable directories, by Landlock", () => {
		const { output } = confined("echo x >data/a && cat data/a; echo x >b; echo x >secret; cat secret");
		expect(output.replace(/.*Permission denied/g, "refused")).toBe("x\nsecret\nrefused\nrefused\n");
	});
	test("refuses everything but reading and truncating if Landlock does not judge reads", () => {
		const line = `python3 -c '
import os
for what in (lambda: os.truncate("secret", 3), lambda: os.open("secret", os.O_WRONLY), lambda: os.mkdir("made")):
    try: what(); print("done")
    except OSError as error: print(error.strerror)'`;
		const data = [pathFromText(`${folder}/data`)];
		const refused = "Permission denied\n";
		expect(confined(line, { ruleset: landlockRuleset(data, false) }).output).toBe(refused.repeat(3));
		expect(confined(line, { ruleset: landlockRuleset(data, true) }).output).toBe(`done\n${refused.repeat(2)}`);
	});
	test("under systemd, replaces streams that are the host's /dev/null by the cage's", () => {
		confined("true", { outlives: true });
		const device = "mount -t tmpfs -o mode=755 none /dev && mknod -m 666 /dev/null c 1 3";
		const asked =
			"stat -L -c %d:%i /proc/self/fd/0 /proc/self/fd/2 /dev/null; test -p /proc/self/fd/1 || test -S /proc/self/fd/1";
		const run = (first: string) =>
			spawnSync("unshare", ["--mount", "sh", "-c", `${device} && exec ${first} /bin/sh -c '${asked}'`], {
				stdio: ["ignore", "pipe", "ignore"],
				encoding: "utf8",
			});
		const [outside, without] = [statSync("/dev/null"), run("env")];
		expect(without.stdout.split("\n").slice(0, 2)).toEqual(Array(2).fill(`${outside.dev}:${outside.ino}`));
		const { status, stdout } = run(`${folder}/confine`);
		const [stdin, stderr, own] = stdout.split("\n");
		expect([status, stdin, stderr]).toEqual([0, own, own]);
		expect(own).not.toBe(`${outside.dev}:${outside.ino}`);
	});
	test("asks the kernel for Landlock if it was made for any kernel", () => {
		const { output } = confined("echo x >data/a && cat data/a; echo x >b", { landlock: "any" });
		expect(output.replace(/.*Permission denied/g, "refused")).toBe("x\nrefused\n");
	});
	test.each([
		["ENOSYS", 0, "x\n"],
		["EOPNOTSUPP", 0, "x\n"],
		["EPERM", 125, ""],
	])("made for any kernel, it starts without Landlock after %s only if the kernel has none", (error, status, said) => {
		confined("true", { landlock: "any" });
		const script = [
			"import errno, os, seccomp",
			"filter = seccomp.SyscallFilter(seccomp.ALLOW)",
			`filter.add_rule(seccomp.ERRNO(errno.${error}), "landlock_create_ruleset")`,
			"filter.load()",
			`os.execv("${folder}/confine", ["confine", "/bin/echo", "x"])`,
		];
		const ran = spawnSync("/usr/bin/python3", ["-c", script.join("\n")], { encoding: "utf8" });
		expect([ran.status, ran.stdout]).toEqual([status, said]);
		expect(ran.stderr).toContain("Landlock");
	});
	/** Prints one line for each expression: its value, or the error. */
	const python = (setup: string, ...expressions: string[]) => `python3 -c '
import fcntl, os, signal, socket, termios
${setup}
for one in (${expressions.map((expression) => `lambda: ${expression}, `).join("")}):
    try: print(one())
    except OSError as error: print(error.strerror)'`;
	test("permits binding the TCP ports of the rules and free ones, and no others", async () => {
		const ports = [await freePort()];
		const other = await freePort();
		const ruleset = landlockRuleset([], false, { ports });
		const bind = (port: number) => `socket.socket().bind(("127.0.0.1", ${port}))`;
		const line = python("", ...[...ports, 0, other].map(bind), `socket.socket(type=socket.SOCK_DGRAM).bind(("", ${other}))`);
		expect(confined(line, { ruleset }).output).toBe("None\nNone\nPermission denied\nNone\n");
		expect(confined(line).output).toBe("None\n".repeat(4));
	});
	test("refuses signals and abstract sockets of processes outside, and permits its own", async () => {
		const name = `cagewright-${process.pid}-${version}`;
		const serve = `import socket; s = socket.socket(1); s.bind("\\0${name}"); s.listen(); print("ready", flush=True); input()`;
		await using server = scoped(spawn("python3", ["-c", serve], { stdio: ["pipe", "pipe", "inherit"] }));
		await once(server.stdout, "data");
		const setup = `
child = os.fork() or signal.pause()
own = socket.socket(socket.AF_UNIX)
own.bind("\\0${name}-own")
own.listen()
connect = lambda name: socket.socket(socket.AF_UNIX).connect("\\0" + name)`;
		const line = python(setup, `os.kill(${process.pid}, 0)`, "os.kill(child, 9)", `connect("${name}")`, `connect("${name}-own")`);
		const values = { filters: seccompFilters("x64", { unixSockets: true, memfd: false }) };
		const refused = "Operation not permitted\n";
		const open = landlockRuleset([], false, { abstractSockets: true });
		expect(confined(line, values).output).toBe(`${refused}None\n${refused}None\n`);
		expect(confined(line, { ...values, ruleset: open }).output).toBe(`${refused}None\nNone\nNone\n`);
		expect(confined(line, { ...values, landlock: 5 }).output).toBe("None\n".repeat(4));
	});
	test("permits commands to device nodes in /dev only", () => {
		spawnSync("mknod", ["-m", "666", `${folder}/data/null`, "c", "1", "3"]);
		const ask = (path: string) => `fcntl.ioctl(os.open("${path}", os.O_RDONLY), termios.FIONREAD)`;
		const line = python("", ask(`${folder}/data/null`), ask("/dev/null"));
		expect(confined(line).output).toBe("Permission denied\nInappropriate ioctl for device\n");
	});
	test("loads the filter without Landlock too", () => {
		const { output, status } = confined(`echo x >b && ${statusLines("Seccomp")}`, { landlock: 0 });
		expect([status, output]).toEqual([0, "Seccomp:\t2\n"]);
	});
	test("refuses writing with the oldest Landlock too", () => {
		expect(confined("echo x >data/a; echo x >c", { landlock: 1 })).toMatchObject({ status: 2, output: /Permission denied/ });
	});

	describe("the confiner starts nothing and names the reason if the kernel refuses", () => {
		test.each([
			["a rule's directory", { ruleset: landlockRuleset([pathFromText("/nowhere")], false) }, "Landlock"],
			["a rule on a file", { ruleset: landlockRuleset([pathFromText("/etc/passwd")], false) }, "Landlock"],
			["the filter", { filters: [{ program: Buffer.alloc(8, 0xff), isLogged: true }] }, "the system call filter"],
			["an empty filter", { filters: [{ program: Buffer.alloc(0), isLogged: false }] }, "the system call filter"],
		])("%s", (_, values, step) => {
			expect(confined("echo started", values)).toEqual({ status: launchFailed, output: `cagewright-conf: ${step}: refused\n` });
		});
		test("the next program", () => {
			confined("true");
			const run = spawnSync(`${folder}/confine`, ["/nowhere"], { encoding: "utf8" });
			expect([run.status, run.stderr]).toEqual([launchFailed, "cagewright-conf: starting the next program: refused\n"]);
		});
	});
});
