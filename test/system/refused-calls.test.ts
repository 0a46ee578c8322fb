import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Json, type Made, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { freePort } from "./network.ts";

/** An application that makes calls in its cage that it did not make during the trace. */

const where = { state: temporaryState() };
const folder = temporaryFolder("refused-calls");

/** A server. `always` runs everywhere; `caged` only if the root is read-only, as in a cage. */
async function server(name: string, { always = "", caged, user }: { always?: string; caged: string; user?: string }) {
	const port = await freePort();
	const script = join(folder, `${name}.py`);
	const lines = [
		"import ctypes, mmap, os, signal, socket, sys, time",
		"libc = ctypes.CDLL(None, use_errno=True)",
		"def attempt(call):",
		"    try: return call()",
		"    except (OSError, AttributeError) as error: print(error, flush=True)",
		"server = socket.socket(); server.setsockopt(1, 2, 1)",
		`server.bind(("127.0.0.1", ${port})); server.listen()`,
		"answer = b'hi'",
		always,
		"if os.statvfs('/').f_flag & os.ST_RDONLY:",
		...caged.split("\n").map((line) => `    ${line}`),
		"while True:",
		"    client, _ = server.accept(); client.sendall(answer); client.close()",
	];
	writeFileSync(script, `${lines.join("\n")}\n`, { mode: 0o644 });
	const probe = `python3 -c 'import socket; s = socket.create_connection(("127.0.0.1", ${port})); exit(s.recv(2) != b"hi")'`;
	const account = user === undefined ? [] : ["--user", user];
	return ["--name", name, ...account, "--probe", probe, "--no-selftest", "--", "/usr/bin/python3", script];
}

const privileged = [
	"attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)))",
	"attempt(lambda: os.setgroups([4]))",
	"attempt(lambda: os.setuid(1))",
	"attempt(lambda: os.setpriority(0, 0, -5))",
	"attempt(lambda: os.chown('/tmp', 1, 1))",
	"attempt(lambda: os.chmod('/tmp', 0o700))",
	"attempt(lambda: os.chroot('/'))",
].join("\n");

describe("an application that answers in its cage", () => {
	let made: Made;
	beforeAll(async () => {
		const reads = "for path in ('/etc/fstab', '/etc/hostname', '/etc/' + 'adduser.conf'): attempt(lambda: open(path))";
		const calls = [
			"attempt(lambda: socket.socket(socket.AF_UNIX))",
			"attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))",
			"attempt(lambda: os.memfd_create('x'))",
			"attempt(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))",
		];
		made = await make(await server("answers", { caged: [reads, ...calls, privileged].join("\n") }), where);
		expect(made.answered).toBe(true);
		expect(made.rounds).toHaveLength(1);
	});

	test("gets no capability for calls refused there, and each capability is offered with its option", () => {
		expect(made.confinement.capabilities).toEqual([]);
		expect(made.permissions).toEqual([]);
		const options = made.offers.map(({ option }: Json) => option);
		for (const name of ["sys_nice", "setgid", "setuid"]) expect(options).toContain(`--allow capability:${name}`);
	});

	test("gets no host file that it requested only in the cage, and the file is offered", async () => {
		expect(made.offers.map(({ option }: Json) => option)).toContain("--include /etc/adduser.conf");
		const shown = await cagewright(["show", "answers"], where);
		expect(shown.stdout).not.toContain("/etc/adduser.conf");
	});

	test("gets no socket family, memfd or executable memory that it requested only in the cage", () => {
		expect(made.confinement.openings).toEqual({});
	});
});

describe("an application that does not answer in its cage", () => {
	test("gets no capability whose use never succeeded on the host, and make names the option", async () => {
		const caged = "if attempt(lambda: os.setpriority(0, 0, -5) or True) is None: sys.exit(1)";
		const words = await server("insists", { caged });
		const { status, stderr, stdout } = await cagewright(["make", "--yes", "--quiet", ...words], where);
		expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
		expect(stderr).toContain("--allow capability:sys_nice");
		expect(stderr.trim().split("\n")).toHaveLength(1);
	});

	test.runIf(isLong)("gets no capability for a call that differs from the successful one on that path", async () => {
		const file = join(folder, "owned");
		const always = `open(${JSON.stringify(file)}, 'w').close()`;
		const caged = `if attempt(lambda: os.chown(${JSON.stringify(file)}, 1, 1) or True) is None: sys.exit(1)`;
		const words = await server("owner", { always, caged });
		expect(await cagewright(["make", "--yes", "--quiet", ...words], where)).toMatchObject({ status: 1, stdout: "" });
		expect((await cagewright(["show", "owner"], where)).stdout).not.toContain("chown");
	});
});

test("a successful call becomes a permission with its call, program and source", async () => {
	const words = await server("succeeds", { always: "os.setgroups([4]); os.setpriority(0, 0, -5)", caged: "pass" });
	const made = await make(words, where);
	expect(made.permissions).toEqual([
		{ word: "capability:setgid", call: "setgroups", program: expect.stringContaining("/python3"), source: "trace" },
		{ word: "capability:sys_nice", call: "setpriority", program: expect.stringContaining("/python3"), source: "trace" },
	]);
	expect(made.confinement.capabilities).toEqual(["setgid", "sys_nice"]);
});

test.runIf(isLong)("an account's application that changes its own root is traced and tried with the option", async () => {
	const words = await server("rooted", { always: "os.chroot('/tmp')", caged: "pass", user: "nobody" });
	const made = await make(["--allow", "capability:sys_chroot", ...words], { state: temporaryState() });
	expect(made.answered).toBe(true);
	expect(made.confinement.capabilities).toEqual(["sys_chroot"]);
});
