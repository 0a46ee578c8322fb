import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { draftFromProcess, lookUpProgram, mainProcesses } from "../../src/service/host/process-application.ts";
import { type ListeningProcess, listeningProcesses, parseSockets } from "../../src/service/host/processes.ts";
import { findApplications } from "../../src/template/host/find.ts";
import { newTrees } from "./file-trees.ts";

const { folder, tree } = newTrees();

describe("sockets", () => {
	it("are read from /proc/net", () => {
		const head = "  sl  local_address rem_address   st\n";
		const sockets = parseSockets({
			tcp: `${head}   0: 0100007F:1F95 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1\n   1: 0100007F:1F95 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 102 1\n`,
			tcp6: `${head}   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 103 1\n   1: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 104 1\n   2: B80D0120000000000000000001000000:0052 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 105 1\n`,
			udp: `${head}   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 106 2\n   1: 00000000:0036 01010101:0035 01 0:0 0:0 0 0 0 107 2\n`,
			unix: "Num RefCount Protocol Flags Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 108 /run/a b\n0000000000000000: 00000002 00000000 00000000 0001 01 109 /run/c\n0000000000000000: 00000002 00000000 00010000 0001 01   110 @abstract\n",
		});
		expect([...sockets]).toEqual([
			["101", { protocol: "tcp", address: "127.0.0.1", port: 8085 }],
			["103", { protocol: "tcp", address: "::", port: 80 }],
			["104", { protocol: "tcp", address: "127.0.0.1", port: 81 }],
			["105", { protocol: "tcp", address: "2001:db8::1", port: 82 }],
			["106", { protocol: "udp", address: "0.0.0.0", port: 53 }],
			["108", { protocol: "unix", path: "/run/a b" }],
			["110", { protocol: "unix", path: "@abstract" }],
		]);
	});
});

describe("processes", () => {
	const started: ChildProcess[] = [];
	afterAll(() => {
		for (const child of started) child.kill("SIGKILL");
	});

	it("that listen are found with their program, address and port", async () => {
		const script = "const s=require('net').createServer().listen(0,'127.0.0.1',()=>console.log(s.address().port))";
		const child = spawn(process.execPath, ["-e", script], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
		started.push(child);
		const port = await new Promise<number>((done) => child.stdout?.once("data", (data) => done(Number(data))));
		const own = (await listeningProcesses()).find(({ pid }) => pid === child.pid);
		expect(own).toMatchObject({
			exe: realpathSync(process.execPath),
			cwd: realpathSync(folder),
			command: [process.execPath, "-e", script],
			parent: process.pid,
			uid: process.getuid?.(),
			ports: [{ protocol: "tcp", address: "127.0.0.1", port }],
			elsewhere: false,
		});
		const found = (await findApplications()).find(({ pid }) => pid === child.pid);
		expect(found).toMatchObject({
			reason: "process",
			startable: true,
			application: { command: [process.execPath, "-e", script], cwd: realpathSync(folder) },
		});
	});

	const process_ = (more: Partial<ListeningProcess>): ListeningProcess => ({
		pid: 1,
		parent: 0,
		uid: 0,
		exe: "/usr/sbin/nginx",
		command: ["/usr/sbin/nginx"],
		cwd: "/",
		units: [],
		ports: [{ protocol: "tcp", address: "0.0.0.0", port: 80 }],
		elsewhere: false,
		...more,
	});

	it("of one family are grouped", () => {
		const family = mainProcesses([
			process_({ pid: 10, parent: 1 }),
			process_({ pid: 11, parent: 10, ports: [{ protocol: "tcp", address: "0.0.0.0", port: 443 }] }),
			process_({ pid: 12, parent: 11 }),
			process_({ pid: 20, parent: 10, exe: "/bin/other" }),
		]);
		expect(family.map(({ pid, ports }) => [pid, ports.length])).toEqual([
			[10, 2],
			[20, 1],
		]);
	});

	it("that overwrote their command line are listed with only the program", () => {
		const { application, notes } = draftFromProcess(
			process_({ command: ["nginx: master process /usr/sbin/nginx -g daemon off;"], uid: 4711 }),
			() => undefined,
		);
		expect(application.command).toEqual(["/usr/sbin/nginx"]);
		expect(notes.map(({ code }) => code)).toEqual(["found-title-rewritten", "found-account-unknown"]);
	});
});

describe("looking up a program", () => {
	it("finds the first executable one, as execvp does", () => {
		const root = tree("path", { "one/tool": "x", "two/tool": "x", "one/dir/x": "x" });
		chmodSync(join(root, "two/tool"), 0o755);
		const path = `${root}/none:${root}/one:${root}/two`;
		expect(lookUpProgram("tool", { path })).toEqual({ path: `${root}/two/tool` });
		expect(lookUpProgram("./two/tool", { cwd: root })).toEqual({ path: `${root}/two/tool` });
		expect(lookUpProgram("tool", { path: `${root}/one` })).toEqual({
			error: { code: "program-not-executable", path: `${root}/one/tool` },
		});
		expect(lookUpProgram("dir", { path: `${root}/one` })).toEqual({
			error: { code: "program-not-a-file", path: `${root}/one/dir` },
		});
		expect(lookUpProgram("/no/such", {})).toMatchObject({ error: { code: "program-not-found", name: "/no/such" } });
		for (const name of ["", "..", "no-such-program-here"])
			expect(lookUpProgram(name, { path })).toMatchObject({ error: { code: "program-not-found", name } });
	});

	it("searches the sbin directories too", () => {
		const sh = lookUpProgram("sh", { path: "" });
		expect("error" in sh || sh.path.startsWith("/")).toBe(true);
		if (existsSync("/usr/sbin/chroot"))
			expect(lookUpProgram("chroot", { path: "/bin-none" })).toEqual({ path: "/usr/sbin/chroot" });
	});
});
