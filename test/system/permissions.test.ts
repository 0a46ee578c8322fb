import { spawn } from "node:child_process";
import { once } from "node:events";
import { readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, inProcess, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { pythonPages, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort, hostNetwork } from "./network.ts";
import { listeners, processesIn } from "./processes.ts";
import { scoped } from "./scoped.ts";

/** The cage permits what the trace shows, and the administrator can override it. */

const where = { state: temporaryState() };
let server: string[];
let python: string[];
let pythonPort: number;

beforeAll(async () => {
	const port = await freePort();
	const script = join(temporaryFolder("permissions"), "server.js");
	writeFileSync(script, `require("http").createServer((_, answer) => answer.end("hello")).listen(${port}, "127.0.0.1")`);
	server = ["--probe", `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`, "--", process.execPath, script];
	pythonPort = await freePort();
	python = wordsOf(pythonPages(pythonPort));
});

describe("memory that is written and then executed", () => {
	test("is permitted for a program that compiles at run time, with the call as reason", async () => {
		const made = await make(["--name", "compiles", "--user", "nobody", ...server], where);
		expect(made.confinement.openings).toEqual({ writableCode: "mprotect(PROT_EXEC)" });
		const plan = await cagewright(["plan", "compiles"], where);
		expect(plan.stdout).toMatch(/mprotect\(PROT_EXEC\)\) +--refuse writable-code\n/);
	});
	test.runIf(isLong)("is named with its option if it was refused but needed, and nothing is made", async () => {
		const refused = ["--name", "refused", "--user", "nobody", "--refuse", "writable-code", "--yes", ...server];
		const { status, stderr } = await cagewright(["make", ...refused], where);
		expect(status).toBe(4);
		expect(stderr).toMatch(/^cagewright: [^\n]*mprotect\(PROT_EXEC\)[^\n]*--refuse writable-code[^\n]*$/m);
	});
});

test("what reaches beyond the application needs consent, although it worked in the sandbox", async () => {
	const port = await freePort();
	const code = `
import http.server, socket
socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15).bind((0, 1))
open("/proc/self/oom_score_adj", "w").write("-500")
http.server.HTTPServer(("127.0.0.1", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`;
	const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`;
	const words = ["--name", "consents", "--probe", probe, "--yes", "--json", "--no-selftest"];
	const needed = ["packet-sockets", "uevents", "own-process"];
	const allow = needed.flatMap((word) => ["--allow", word]);
	// It stops at each refusal.
	for (const [index, word] of some(1, needed).entries()) {
		const allowed = allow.slice(0, 2 * index);
		const refused = await cagewright(["make", ...words, ...allowed, "--", "/usr/bin/python3", "-c", code], where);
		expect([refused.status, refused.stderr]).toMatchObject([4, expect.stringContaining(`add --allow ${word}.`)]);
	}
	const made = await cagewright(["make", ...words, ...allow, "--", "/usr/bin/python3", "-c", code], where);
	expect([made.status, made.stderr]).toEqual([0, expect.any(String)]);
	expect(made.json.confinement.openings).toMatchObject({ ownProcess: "--allow own-process", uevents: "--allow uevents" });
	const settings = `
try: open("/proc/sys/vm/swappiness", "w")
except OSError as error: print(error.errno)`;
	expect((await cagewright(["run", "consents", "--", "/usr/bin/python3", "-c", settings], where)).stdout).toBe("2\n");
	expect((await cagewright(["selftest", "consents", "--json"], where)).json).toMatchObject({
		holds: true,
		escaped: [],
		findings: [],
	});
});

describe("permissions that no trace showed, without a network", () => {
	const allowed = ["memfd", "unix-sockets", "proc", "netlink"].flatMap((word) => ["--allow", word]);
	const inCage = async (code: string) =>
		(await cagewright(["run", "allowed", "--", "/usr/bin/python3", "-c", code], where)).stdout;
	let made: Made;
	beforeAll(async () => {
		made = await make(["--name", "allowed", "--user", "nobody", "--network", "none", ...allowed, ...python], where);
	});

	test("can be allowed, with the option as reason", async () => {
		expect(made.confinement.openings).toEqual({
			memfd: "--allow memfd",
			netlink: "--allow netlink",
			proc: "--allow proc",
			unixSockets: "--allow unix-sockets",
		});
		// A program that compiles nothing may still not execute memory that it wrote.
		const code = `
import mmap, os, socket
os.memfd_create('a'); socket.socket(socket.AF_UNIX); print('open')
try: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
except PermissionError as error: print(error.errno)`;
		expect(await inCage(code)).toBe("open\n1\n");
	});

	test("show only the application's processes and no kernel settings, if it is /proc", async () => {
		const code = `
import os
print(sorted(name for name in os.listdir("/proc") if not name.isdigit()), os.path.exists("/proc/1/root"), open("/proc/self/comm").read().strip())
try: open("/proc/self/mem", "wb")
except OSError as error: print(error.errno)`;
		// EROFS, or EACCES from Landlock: a program that rewrites its own code could bypass the filter.
		expect(await inCage(code)).toBe("['self', 'thread-self'] False python3\n30\n");
	});

	test("let nobody reach an application without a network", async () => {
		const run = startRun("allowed", where);
		const server = await eventually(() => {
			const [pid] = processesIn(made.root).filter((one) => listeners(pythonPort, one).includes(one));
			if (pid === undefined) throw new Error("does not listen yet");
			return pid;
		});
		expect(readlinkSync(`/proc/${server}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
		expect(listeners(pythonPort, hostNetwork.pid)).toEqual([]);
		const inside = { enter: ["nsenter", `--net=/proc/${server}/ns/net`, "--"], pid: server };
		for (const network of [hostNetwork, inside])
			await expect(fetchPage(`http://127.0.0.1:${pythonPort}/`, network)).rejects.toThrow("connect to");
		await run.stop();
	});

	test("has a loopback that is down, and no other interface, and can only listen", async () => {
		const code = `
import socket
print(socket.if_nameindex())
try: socket.create_connection(("127.0.0.1", 9), 2)
except OSError as error: print(error.errno)
socket.create_server(('', 21410)); print('listens')`;
		expect(await inCage(code)).toBe("[(1, 'lo')]\n101\nlistens\n"); // ENETUNREACH
	});

	test("reaches no abstract socket of the host, even with unix sockets permitted", async () => {
		const name = `cagewright-test-${process.pid}`;
		const code = `
import socket
listening = socket.socket(socket.AF_UNIX); listening.bind("\\0${name}"); listening.listen()
print("up", flush=True)
listening.accept()`;
		await using holder = scoped(spawn("/usr/bin/python3", ["-c", code], { stdio: ["ignore", "pipe", "inherit"] }));
		await once(holder.stdout, "data");
		const connect = `
import socket
try: socket.socket(socket.AF_UNIX).connect("\\0${name}"); print("reached")
except OSError as error: print(error.errno)`;
		expect(await inCage(connect)).toBe("111\n"); // ECONNREFUSED: nothing listens at that name
	});
});

describe("a cage that is allowed files of the machine and executable data", () => {
	const data = temporaryFolder("executes");
	const inCage = (code: string) => cagewright(["run", "monitor", "--", "/usr/bin/python3", "-c", code], where);
	beforeAll(async () => {
		const port = await freePort();
		const code = `
import http.server, shutil, subprocess
shutil.copy("/usr/bin/true", "${data}/made")
subprocess.run(["${data}/made"], check=True)
http.server.HTTPServer(("127.0.0.1", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`;
		const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`;
		const command = ["--", "/usr/bin/python3", "-c", code];
		const allow = ["kernel-proc", "sys", `executable-data:${data}`].flatMap((word) => ["--allow", word]);
		const words = ["--name", "monitor", ...allow, "--writable", data, "--probe", probe];
		const made = await cagewright(["make", ...words, "--yes", "--json", "--no-selftest", ...command], where);
		expect([made.status, made.stderr]).toEqual([0, expect.any(String)]);
		const { openings } = made.json.confinement;
		expect(openings).toMatchObject({ kernelProc: "--allow kernel-proc", sys: "--allow sys" });
	});

	test("permits no escape", async () => {
		const selftest = await cagewright(["selftest", "monitor", "--json", "--quiet"], where);
		expect({ status: selftest.status, stderr: selftest.stderr }, selftest.stdout).toEqual({ status: 0, stderr: "" });
		expect(selftest.json.escaped).toEqual([]);
	});

	test("written files can be executed only in an allowed directory", async () => {
		const code = `
import shutil, subprocess
for folder in ("${data}", "/tmp"):
	shutil.copy("/usr/bin/true", folder + "/copy")
	try: print(subprocess.run([folder + "/copy"]).returncode)
	except OSError as error: print(error.errno)`;
		expect((await inCage(code)).stdout).toBe("0\n13\n"); // EACCES
	});

	test("allowed files of the machine are read-only, without other processes and without files that allow an escape", async () => {
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
		const { stderr, stdout } = await inCage(code);
		expect([stdout.replace(/\[(\[\](, )?)*\]\n$/, ""), stderr]).toEqual(["5 cpu  True\nTrue\n[30, 30, 30]\nTrue\n", ""]);
	});
});

test("an unknown permission is refused before anything starts", async () => {
	const { status, stderr } = await inProcess(["make", "--allow", "everything", "--yes", ...python], where);
	expect({ status, lines: stderr.split("\n").length }).toEqual({ status: 2, lines: 2 });
	expect(stderr).toContain("writable-code");
});

test("a permission cannot be both allowed and refused", async () => {
	const both = ["--allow", "capability:CAP_CHOWN", "--refuse", "capability:chown"];
	const { status, stderr } = await inProcess(["make", ...both, "--yes", ...python], where);
	expect([status, stderr]).toEqual([2, expect.stringMatching(/^cagewright: [^\n]*capability:chown[^\n]*\n$/)]);
});
