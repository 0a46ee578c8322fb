import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { freePort } from "./network.ts";

/** The cage permits what the trace shows, and the administrator can override it. */

const where = { state: temporaryState() };
let server: string[];
let python: string[];

beforeAll(async () => {
	const port = await freePort();
	const script = join(temporaryFolder("permissions"), "server.js");
	writeFileSync(script, `require("http").createServer((_, answer) => answer.end("hello")).listen(${port}, "127.0.0.1")`);
	const probe = (of: number) => `curl -fsS --noproxy '*' http://127.0.0.1:${of}/ >/dev/null`;
	server = ["--probe", probe(port), "--", process.execPath, script];
	const other = await freePort();
	python = [
		"--probe",
		probe(other),
		"--",
		"/usr/bin/python3",
		"-m",
		"http.server",
		"-b",
		"127.0.0.1",
		"-d",
		"/usr/lib/python3",
		String(other),
	];
});

describe("memory that is written and then executed", () => {
	test("is permitted for a program that compiles at run time, with the call as reason", async () => {
		const made = await make(["--name", "compiles", "--user", "nobody", ...server], where);
		expect(made.confinement.openings).toEqual({ writableCode: "mprotect(PROT_EXEC)" });
		const plan = await cagewright(["plan", "compiles"], where);
		expect(plan.stdout).toMatch(/mprotect\(PROT_EXEC\)\) +--refuse writable-code\n/);
	});
	test("is named with its option if it was refused but needed, and nothing is made", async () => {
		const refused = ["--name", "refused", "--user", "nobody", "--refuse", "writable-code", "--yes", ...server];
		const { status, stderr } = await cagewright(["make", ...refused], where);
		expect(status).toBe(4);
		expect(stderr).toMatch(/^cagewright: [^\n]*mprotect\(PROT_EXEC\)[^\n]*--refuse writable-code[^\n]*$/m);
	});
	test("is denied to other programs", async () => {
		const made = await make(["--name", "interprets", "--user", "nobody", ...python], where);
		expect(made.confinement.openings).toEqual({});
		const code = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)";
		const { status, stderr } = await cagewright(["run", "interprets", "--", "/usr/bin/python3", "-c", code], where);
		expect(status).toBe(1);
		expect(stderr).toContain("PermissionError: [Errno 1]");
	});
});

describe("a permission that no trace showed", () => {
	const inCage = async (code: string) =>
		(await cagewright(["run", "allowed", "--", "/usr/bin/python3", "-c", code], where)).stdout;

	test("can be allowed, with the option as reason", async () => {
		const allow = ["memfd", "unix-sockets", "proc"].flatMap((word) => ["--allow", word]);
		const made = await make(["--name", "allowed", "--user", "nobody", ...allow, ...python], where);
		expect(made.confinement.openings).toEqual({
			memfd: "--allow memfd",
			proc: "--allow proc",
			unixSockets: "--allow unix-sockets",
		});
		expect(await inCage("import os, socket; os.memfd_create('a'); socket.socket(socket.AF_UNIX); print('open')")).toBe("open\n");
	});

	test("shows only the application's processes and no kernel settings, if it is /proc", async () => {
		const code = `
import os
print(sorted(name for name in os.listdir("/proc") if not name.isdigit()), os.path.exists("/proc/1/root"), open("/proc/self/comm").read().strip())
try: open("/proc/self/mem", "wb")
except OSError as error: print(error.errno)`;
		// EROFS, or EACCES from Landlock: a program that rewrites its own code could bypass the filter.
		expect(await inCage(code)).toBe("['self', 'thread-self'] False python3\n30\n");
	});
});

test("allowed files of the machine are read-only, without other processes and without files that allow an escape", async () => {
	const allow = ["--allow", "kernel-proc", "--allow", "sys"];
	const made = await make(["--name", "monitor", ...allow, ...python], where);
	expect(made.confinement.openings).toMatchObject({ kernelProc: "--allow kernel-proc", sys: "--allow sys" });
	const selftest = await cagewright(["selftest", "monitor", "--json"], where);
	expect([selftest.status, selftest.json.escaped]).toEqual([0, []]);
	const code = `
import os
def attempt(act):
	try: return act()
	except OSError as error: return error.errno
print(len(open("/proc/loadavg").read().split()), open("/proc/stat").read(4), "lo" in os.listdir("/sys/class/net"))
print(all(os.path.samefile("/proc/" + name, "/proc/version") for name in ("kcore", "keys", "kmsg", "kpageflags", "kallsyms", "vmallocinfo", "sysrq-trigger") if os.path.exists("/proc/" + name)))
print([attempt(lambda: open(path, "w")) for path in ("/proc/sys/kernel/core_pattern", "/sys/kernel/uevent_helper", "/proc/self/mem")])
print(len([name for name in os.listdir("/proc") if name.isdigit()]) < 5)
print([os.listdir(path) for path in ("/sys/firmware", "/sys/kernel/debug") if os.path.exists(path)])`;
	const { stderr, stdout } = await cagewright(["run", "monitor", "--", "/usr/bin/python3", "-c", code], where);
	expect([stdout.replace(/\[(\[\](, )?)*\]\n$/, ""), stderr]).toEqual(["5 cpu  True\nTrue\n[30, 30, 30]\nTrue\n", ""]);
});

test("written files can be executed only in an allowed directory", async () => {
	const data = temporaryFolder("executes");
	const port = await freePort();
	const code = `
import http.server, shutil, subprocess
shutil.copy("/usr/bin/true", "${data}/made")
subprocess.run(["${data}/made"], check=True)
http.server.HTTPServer(("127.0.0.1", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`;
	const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`;
	const words = ["--name", "executes", "--yes", "--no-selftest", "--writable", data, "--probe", probe];
	const command = ["--", "/usr/bin/python3", "-c", code];
	const option = `--allow executable-data:${data}`;
	const refused = await cagewright(["make", ...words, ...command], where);
	expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(option)]);
	const made = await cagewright(["make", ...words, ...option.split(" "), ...command], where);
	expect([made.status, made.stderr]).toEqual([0, expect.any(String)]);
	const selftest = await cagewright(["selftest", "executes", "--json"], where);
	expect([selftest.status, selftest.json.escaped]).toEqual([0, []]);
});

test("an unknown permission is refused before anything starts", async () => {
	const { status, stderr } = await cagewright(["make", "--allow", "everything", "--yes", ...python], where);
	expect({ status, lines: stderr.split("\n").length }).toEqual({ status: 2, lines: 2 });
	expect(stderr).toContain("writable-code");
});

test("a permission cannot be both allowed and refused", async () => {
	const both = ["--allow", "capability:CAP_CHOWN", "--refuse", "capability:chown"];
	const { status, stderr } = await cagewright(["make", ...both, "--yes", ...python], where);
	expect([status, stderr]).toEqual([2, expect.stringMatching(/^cagewright: [^\n]*capability:chown[^\n]*\n$/)]);
});

describe("a cage without a network", () => {
	const program = (code: string) => ["run", "alone", "--", "/usr/bin/python3", "-c", code];
	beforeAll(async () => {
		await make(
			["--name", "alone", "--user", "nobody", "--network", "none", "--allow", "unix-sockets", "--allow", "netlink", ...python],
			where,
		);
	});

	test("has a loopback that is down, and no other interface", async () => {
		const code = `
import socket
print(socket.if_nameindex())
try: socket.create_connection(("127.0.0.1", 9), 2)
except OSError as error: print(error.errno)`;
		const { stdout } = await cagewright(program(code), where);
		expect(stdout).toBe("[(1, 'lo')]\n101\n"); // ENETUNREACH
	});
	test("lets the application listen, but nobody can connect", async () => {
		const { stdout } = await cagewright(program("import socket; socket.create_server(('', 21410)); print('listens')"), where);
		expect(stdout).toBe("listens\n");
	});
	test("reaches no abstract socket of the host, even with unix sockets permitted", async () => {
		const name = `cagewright-test-${process.pid}`;
		const code = `
import socket
listening = socket.socket(socket.AF_UNIX); listening.bind("\\0${name}"); listening.listen()
print("up", flush=True)
listening.accept()`;
		const holder = spawn("/usr/bin/python3", ["-c", code], { stdio: ["ignore", "pipe", "inherit"] });
		try {
			await once(holder.stdout, "data");
			const connect = `
import socket
try: socket.socket(socket.AF_UNIX).connect("\\0${name}"); print("reached")
except OSError as error: print(error.errno)`;
			expect((await cagewright(program(connect), where)).stdout).toBe("111\n"); // ECONNREFUSED: nothing listens at that name
		} finally {
			holder.kill("SIGKILL");
			await once(holder, "close");
		}
	});
});
