import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { connectRequest, socketAddress } from "../../src/adopt/host/service-clients.ts";
import { nativeProgramFile } from "../../src/base/host/release.ts";
import { words } from "../../src/base/native-program.ts";
import { confineData } from "../../src/confine/confiner.ts";
import { landlockRuleset } from "../../src/confine/landlock.ts";
import { seccompFilter } from "../../src/confine/seccomp/compile-filter.ts";
import type { Architecture } from "../../src/confine/seccomp/syscalls.ts";
import { failureSize } from "../../src/failure-watch/result.ts";
import { probeEntryData } from "../../src/launch/host/probe-entry.ts";
import { environmentData, initData } from "../../src/launch/programs/init.ts";
import { type NetworkInterface, networkData } from "../../src/launch/programs/network.ts";
import { acceptorData, type OwnedSocket, socketsData } from "../../src/launch/programs/passed-sockets.ts";
import { parseAttempts } from "../../src/selftest/outcomes.ts";
import { home, temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { scoped } from "./scoped.ts";

/**
 * Each program of native/ with AddressSanitizer and UndefinedBehaviorSanitizer, which end a program with status 99 at a fault. Zones
 * that nobody may read surround the appended data.
 */

const folder = temporaryFolder("sanitized");
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ASAN_OPTIONS: "exitcode=99:detect_leaks=0", UBSAN_OPTIONS: "exitcode=99" };
const used = new Set<string>();

// A compiler takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

beforeAll(() => {
	// No header of the C library, because those of the kernel leave out what it declares.
	const declared = [
		"extern const unsigned char appended[]",
		"void *memcpy(void *, const void *, unsigned long)",
		"int memcmp(const void *, const void *, unsigned long)",
	];
	writeFileSync(join(folder, "hosted.h"), declared.map((line) => `${line};\n`).join(""));
});

/** Compiles a program with the C library, which the sanitizers need, and with this data. */
function build(name: string, data: Uint8Array = Buffer.alloc(8)): string {
	used.add(name);
	const [program, source] = [join(folder, name), join(folder, `${name}-data.c`)];
	writeFileSync(source, `_Alignas(16) const unsigned char appended[] = { ${[...data].join(", ")} };\n`);
	const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
	const sources = ["-include", join(folder, "hosted.h"), join(home, "native", `${name}.c`), source];
	execFileSync("gcc", ["-std=c11", "-Wall", "-Werror", "-g", "-O1", ...sanitizers, "-o", program, ...sources], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	return program;
}

function run([program = "", ...args]: readonly string[], options = {}) {
	const { status, stderr, stdout } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env, ...options });
	return { status, stderr, stdout };
}

function start([program = "", ...args]: readonly string[]): ChildProcess & AsyncDisposable {
	return scoped(spawn(program, args, { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] }));
}

/** Collects what a program prints. */
function outputOf(child: ChildProcess): () => Buffer {
	const chunks: Buffer[] = [];
	child.stdout?.on("data", (chunk: Buffer) => void chunks.push(chunk));
	return () => Buffer.concat(chunks);
}

const shell = (line: string) => ["/bin/sh", "-c", line];
const unix = { kind: "stream", name: "a", mode: 0o600, directoryMode: 0o755, options: [], uid: -1, gid: -1 } as const;
const socketsKind = { entersRoot: false, checksLinks: true, ipv6: true, umask: 0o27 } as const;

test("the sanitizers find a fault", () => {
	const program = build("pipes", Buffer.alloc(1));
	expect(run([program])).toMatchObject({ status: 99, stderr: expect.stringContaining("AddressSanitizer") });
});

test("init", () => {
	const program = build("init", initData({ leadsGroup: true }));
	expect(run([program, folder, ...shell("(exit 3) & wait; exit 7")]).status).toBe(7);
	const steps = ["+before=3", ...shell("echo before >>steps"), "+after=3", ...shell("echo after >>steps")];
	expect(run([program, folder, ...steps, ...shell("sleep 1; echo application >>steps")]).status).toBe(0);
	expect(readFileSync(join(folder, "steps"), "utf8").split("\n").sort()).toEqual(["", "after", "application", "before"]);
	for (const [count, status] of [
		[3000, 0],
		[50_000, 1],
	] as const) {
		const long = [`+before=${count}`, ...shell("echo $# >count"), "sh", ...Array(count - 4).fill("word")];
		expect(run([program, folder, ...long, ...shell(`test -e count && rm count`)]).status).toBe(status);
	}
});

test("environment", () => {
	const account = { uid: 65534, gid: 65534, groups: [65534, 1] };
	const kind = { account, capabilities: ["net_bind_service"], listens: true } as const;
	const program = build("environment", environmentData({ ...kind, variables: { A: "b c", LISTEN_PID: "0", EMPTY: "" } }));
	const line = 'echo "$A $B $(id -u) $(test $$ = $LISTEN_PID && echo own)"; grep CapAmb /proc/self/status';
	const { stdout } = run([program, "/", "B=d", "", ...shell(line)]);
	expect(stdout).toBe("b c d 65534 own\nCapAmb:\t0000000000000400\n");
	for (const [count, status] of [
		[8192, 0],
		[8193, 125],
	] as const) {
		const variables = Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, ""]));
		expect(run([build("environment", environmentData({ variables })), "/", "", "/bin/true"]).status).toBe(status);
	}
	expect(run([program, "/nowhere"]).status).toBe(125);
});

test("confine", () => {
	const filter = seccompFilter(process.arch as Architecture, { unixSockets: false, memfd: false });
	const data = { landlock: "any", ruleset: landlockRuleset([], false), filters: [{ program: filter, isLogged: true }] } as const;
	const program = build("confine", confineData({ ...data, outlives: true, clearsInherited: true, capabilities: ["chown"] }));
	expect(run([program, ...shell("exit 5")])).toEqual({ status: 5, stderr: "", stdout: "" });
	expect(run([program, "/nowhere"]).status).toBe(125);
});

test("sockets and accept", async () => {
	const address = join(folder, "socket");
	const sockets: OwnedSocket[] = [
		{ ...unix, address },
		{ ...unix, address: `@sanitized-${process.pid}`, options: ["pass-credentials"] },
	];
	const program = build("sockets", socketsData(sockets, socketsKind));
	await using _ = start([program, build("accept", acceptorData(2)), ...shell("read line; echo got $line")]);
	for (let round = 0; round < 3; round++) {
		await eventually(async () => {
			const client = connect(address);
			client.end("word\n");
			const [answer] = await once(client, "data");
			expect(String(answer)).toBe("got word\n");
		});
	}
	const refused = build("sockets", socketsData([{ ...unix, address: "/nowhere/socket" }], socketsKind));
	expect(run([refused, "/bin/true"]).status).toBe(125);
});

test("file-flags, landlock and observe", () => {
	const file = openSync(join(folder, "hosted.h"), "r");
	expect(run([build("file-flags")], { stdio: ["ignore", "pipe", "pipe", file] })).toEqual({ status: 0, stderr: "", stdout: "" });
	closeSync(file);
	expect(run([build("landlock")]).status).toBeLessThan(50);
	const program = build("observe");
	expect(run([program, "/", "/proc/self/ns/mnt"]).status).toBe(0);
	expect(run([program, folder, "/proc/self/ns/mnt"]).status).toBe(1);
	expect(run([program, folder, "/nowhere"]).status).toBe(2);
});

test("network and probe-entry", () => {
	const ethernet: NetworkInterface = {
		name: "eth0",
		mac: "02:fc:00:00:00:01",
		addresses: [
			{ address: "192.0.2.1", prefix: 24 },
			{ address: "2001:db8::1", prefix: 64 },
		],
		defaultRoutes: [
			{ family: "v4", gateway: "192.0.2.254" },
			{ family: "v6", gateway: "2001:db8::fe" },
		],
	};
	const network = build("network", networkData([ethernet]));
	expect(run(["unshare", "--net", network])).toEqual({ status: 0, stderr: "", stdout: "" });
	const entry = build("probe-entry", probeEntryData({ network: "new", root: false, user: false }));
	expect(run([entry, ...shell("exit 4")])).toEqual({ status: 4, stderr: "", stdout: "" });
});

test("log-reader and pipes", async () => {
	await using reader = start([build("log-reader"), "log"]);
	const output = outputOf(reader);
	await eventually(() => expect(output().toString()).toBe("\n"));
	run(["logger", "--socket", "log", "x".repeat(500)]);
	await eventually(() => expect(output().toString()).toMatch(/^\n.*x{500}\n$/));
	expect(run([build("pipes", words(2))], { input: "" })).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+$/) });
});

test("decoys", async () => {
	writeFileSync(join(folder, "decoy"), "");
	await using watcher = start([build("decoys"), join(folder, "decoy"), "/nowhere"]);
	const output = outputOf(watcher);
	await eventually(() => expect(output().toString()).toBe("0\n2\n"));
	for (let event = 1; event <= 2; event++) {
		readFileSync(join(folder, "decoy"));
		await eventually(() =>
			expect(
				output()
					.toString()
					.match(/^\d+ \d+$/gm),
			).toHaveLength(event),
		);
		watcher.stdin?.write("\n");
	}
	watcher.stdin?.end();
	readFileSync(join(folder, "decoy"));
	await eventually(() => expect(watcher.exitCode).toBe(1));
});

test("connect", () => {
	const program = build("connect");
	const account = { uid: 65534, gid: 65534, groups: [1, 2], milliseconds: 50 };
	const address = socketAddress({ kind: "abstract", name: "sanitized-nobody" }) ?? Buffer.alloc(0);
	const words = [program, "/", "/proc/self/ns/net"];
	expect(run(words, { input: connectRequest(address, account) }).status).toBe(111);
	expect(run(words, { input: connectRequest(address, account).subarray(1) }).status).toBe(254);
});

test("audit", async () => {
	await using reader = start([build("audit")]);
	const output = outputOf(reader);
	await eventually(() => expect(output().toString()).toMatch(/^ready [01]\n/));
	const filter = join(folder, "filter");
	// Records getppid(2) and permits it, as everything else.
	writeFileSync(filter, words(0x20, 0, 0x15 | (1 << 24), process.arch === "x64" ? 110 : 173, 0x06, 0x7ffc0000, 0x06, 0x7fff0000));
	const calls = ["perl", "-e", "getppid for 1..50"];
	run(["setpriv", "--no-new-privs", "--seccomp-filter", filter, "--", ...calls]);
	await eventually(() => expect(output().toString()).toMatch(/\naudit: type=1326 audit\(.* comm="perl" .*\n/));
	reader.stdin?.end();
	await eventually(() => expect(reader.exitCode).toBe(0));
});

test("failures", async () => {
	await using shellInside = start(["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "exec sh 2>/dev/null"]);
	await using watcher = start([build("failures"), `${nativeProgramFile("failures")}.bpf`]);
	const output = outputOf(watcher);
	await eventually(() => expect(output()).toHaveLength(failureSize));
	const [inside] = await eventually(() => {
		const found = readFileSync(`/proc/${shellInside.pid}/task/${shellInside.pid}/children`, "utf8").trim();
		expect(found).not.toBe("");
		return found.split(" ");
	});
	const { dev, ino } = statSync(`/proc/${inside}/ns/pid`, { bigint: true });
	const namespaces = Buffer.alloc(64);
	namespaces.writeBigUInt64LE(dev, 0);
	namespaces.writeBigUInt64LE(ino, 8);
	watcher.stdin?.write(namespaces);
	await eventually(() => {
		shellInside.stdin?.write("cat /nowhere/sanitized\n");
		expect(output().includes("/nowhere/sanitized\0")).toBe(true);
	});
	watcher.stdin?.end();
	await eventually(() => expect(watcher.exitCode).toBe(0));
	expect(run([build("failures"), "/nowhere"]).status).toBe(1);
});

test("escape", () => {
	const program = build("escape");
	expect(run([program, "list"]).stdout.split("\n").length).toBeGreaterThan(100);
	const { stderr, stdout } = run(["unshare", "--mount", program]);
	expect({ stderr, done: parseAttempts(stdout).done }).toEqual({ stderr: "", done: true });
});

test("every program has been run", () => {
	const programs = readdirSync(join(home, "native")).filter((name) => name.endsWith(".c") && !name.endsWith(".bpf.c"));
	expect([...used].sort()).toEqual(programs.map((name) => name.slice(0, -2)).sort());
});
