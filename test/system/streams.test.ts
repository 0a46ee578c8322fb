import { execFileSync } from "node:child_process";
import {
	chmodSync,
	closeSync,
	constants,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	readSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { constants as os } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some, times } from "../long.ts";
import { begin, make, type Result, temporaryFolder, temporaryState } from "./cagewright.ts";
import { pythonPages, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { mounted } from "./scoped.ts";

/** What is behind Cagewright's stdin, stdout and stderr stays out of the application's reach. */
const state = temporaryState();
const folder = temporaryFolder("streams");
const shared = join(folder, "shared");
const disk = join(folder, "disk");

beforeAll(async () => {
	mkdirSync(shared);
	mkdirSync(disk);
	chmodSync(shared, 0o777);
	for (const [name, ...account] of [["root"], ["nobody", "--user", "nobody"]] as const) {
		const words = ["--name", name, ...account, "--writable", shared, "--accept-finding", "account-used-outside"];
		await make([...words, ...wordsOf(pythonPages(await freePort()))], { state });
	}
});

const runWords = (cage: string, code: string) => ["run", cage, "--", "/usr/bin/python3", "-c", code];
const through = (redirection: string) => ({ state, enter: ["sh", "-c", `"$@" ${redirection}`, "sh"] });
const seenBy = (cage: string) => join(state, "cages", cage, "data", shared, "seen");

/** Tries everything that a descriptor allows, and writes what it is to the cage's data. */
const hostile = `
import fcntl, json, os, stat, sys
seen = []
for descriptor in 0, 1, 2:
    try: status = os.fstat(descriptor)
    except OSError: continue
    seen.append([status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode), status.st_rdev])
    for attempt in (
        lambda: os.fchmod(descriptor, 0o666), lambda: os.fchown(descriptor, 65534, 65534), lambda: os.ftruncate(descriptor, 0),
        lambda: os.utime(descriptor, (1, 1)), lambda: os.set_blocking(descriptor, False), lambda: os.lseek(descriptor, 0, 0),
        lambda: os.setxattr(descriptor, "user.test", b"1"), lambda: os.open("..", os.O_RDONLY, dir_fd=descriptor),
        lambda: os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR | os.O_TRUNC), lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB),
    ):
        try: attempt()
        except (OSError, ValueError): pass
    try: os.set_blocking(descriptor, True)
    except OSError: pass
json.dump(seen, open("${shared}/seen", "w"))
try: print("printed", flush=True)
except OSError: pass
os._exit(7)
`;

const marked = "earlier line of the administrator\n";
const hostNull = statSync("/dev/null");
type Seen = [device: number, inode: number, kind: number, rdev: number][];

function snapshot(path: string): unknown {
	const { gid, ino, mode, mtimeMs, nlink, rdev, uid } = statSync(path);
	return { gid, ino, mode, nlink, rdev, uid, isRecent: mtimeMs > 1000 };
}

interface Kind {
	readonly make?: (path: string) => void;
	/** For a stream of this number. */
	readonly redirection: (stream: number, path: string) => string;
	/** The application may see the host's file, but not change it. */
	readonly isNull?: boolean;
}

const create = (path: string) => writeFileSync(path, marked, { mode: 0o600 });
const node = (major: number, minor: number) => (path: string) =>
	void execFileSync("mknod", ["-m", "600", path, "c", String(major), String(minor)]);

const kinds: Readonly<Record<string, Kind>> = {
	"appended file": { make: create, redirection: (stream, path) => (stream ? `${stream}>>${path}` : `<${path}`) },
	"file open for both": { make: create, redirection: (stream, path) => `${stream}<>${path}` },
	"full device": { make: node(1, 7), redirection: (stream, path) => `${stream}<>${path}` },
	"zero device": { make: node(1, 5), redirection: (stream, path) => `${stream}<>${path}` },
	"own null device": { make: node(1, 3), redirection: (stream, path) => `${stream}<>${path}` },
	FIFO: { make: (path) => void execFileSync("mkfifo", ["-m", "600", path]), redirection: (stream, path) => `${stream}<>${path}` },
	directory: { make: (path) => mkdirSync(path, { mode: 0o700 }), redirection: (stream, path) => `${stream}<${path}` },
	"/dev/null": { redirection: (stream) => `${stream}<>/dev/null`, isNull: true },
	nothing: { redirection: (stream) => `${stream}>&-`, isNull: true },
	socket: { redirection: () => "" },
};

describe.each(["root", "nobody"])("an application that starts as %s", (cage) => {
	test("never finds a host file behind its streams, whatever is behind ours, and changes none", async () => {
		using _disk = mounted(disk, "-t", "tmpfs", "-o", "mode=755", "tmpfs");
		let number = 0;
		const names = Object.keys(kinds);
		const check = async (behind: readonly string[]) => {
			const each = behind.map((name, stream) => ({ kind: kinds[name] as Kind, path: join(disk, String(++number)), stream }));
			for (const { kind, path } of each) kind.make?.(path);
			const paths = each.flatMap(({ kind, path }) => (kind.make ? [path] : []));
			const before = paths.map(snapshot);
			const redirection = each.map(({ kind, path, stream }) => kind.redirection(stream, path)).join(" ");
			const { status } = await begin(runWords(cage, hostile), through(redirection)).ended;
			expect(status, redirection).toBe(7);
			expect(paths.map(snapshot), redirection).toEqual(before);
			for (const path of paths.filter((one) => statSync(one).isFile())) {
				expect(readFileSync(path, "utf8"), redirection).toMatch(new RegExp(`^(${marked}|printed\n)`));
			}
			const foreign = new Set(paths.map((path) => `${statSync(path).dev}:${statSync(path).ino}`));
			for (const [device, inode, kind, rdev] of JSON.parse(readFileSync(seenBy(cage), "utf8")) as Seen) {
				expect(foreign.has(`${device}:${inode}`), redirection).toBe(false);
				// A pipe or socket of ours, or a null device.
				if (kind === 0o020000) expect(rdev, redirection).toBe(hostNull.rdev);
				else expect([0o140000, 0o010000], redirection).toContain(kind);
			}
			const { gid, mode, uid } = statSync("/dev/null");
			expect({ gid, mode, uid }).toEqual({ gid: hostNull.gid, mode: hostNull.mode, uid: hostNull.uid });
		};
		// Each kind behind each stream; then any together.
		const rotated = names.map((_, index) => [0, 1, 2].map((stream) => names[(index + stream * 3) % names.length] ?? ""));
		if (isLong || cage === "root") for (const behind of some(4, rotated)) await check(behind);
		const any = fc.constantFrom(...names);
		const numRuns = times(1, 100);
		await fc.assert(fc.asyncProperty(fc.tuple(any, any, any), check), {
			numRuns,
			seed: Number(process.env.CAGEWRIGHT_SEED ?? 1),
		});
	});

	test("leaves what was in a file, and adds the lines of both streams in their order", async () => {
		const log = join(folder, `${cage}.log`);
		create(log);
		const code = "import os\nfor index in range(200): os.write(1 + index % 2, b'%d\\n' % index)\nos._exit(3)";
		const { status } = await begin(runWords(cage, code), through(`>>${log} 2>&1`)).ended;
		expect(status).toBe(3);
		expect(readFileSync(log, "utf8")).toBe(`${marked}${Array.from({ length: 200 }, (_, index) => `${index}\n`).join("")}`);
	});
});

const lines = (count: number) => `import sys\nfor index in range(${count}): print(index, "x" * 90)\n`;

test("a file receives everything that was printed before the end", async () => {
	const log = join(folder, "whole.log");
	const { status } = await begin(runWords("nobody", `${lines(50_000)}sys.exit(5)`), through(`>${log}`)).ended;
	expect(status).toBe(5);
	expect(readFileSync(log, "utf8").split("\n")).toHaveLength(50_001);
});

/** A FIFO as output, whose reader is this test. */
function paused(name: string): { readonly enter: string[]; readonly reader: number } {
	const path = join(folder, name);
	execFileSync("mkfifo", [path]);
	const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	return { enter: ["sh", "-c", `exec "$@" >${path}`, "sh"], reader };
}

test("a reader that goes away ends the application as without a cage", async () => {
	const { enter, reader } = paused("gone");
	const code = "import signal\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nwhile True: print('y' * 100)";
	const run = begin(runWords("nobody", code), { state, enter });
	await eventually(() => expect(readSync(reader, Buffer.alloc(10))).toBe(10));
	closeSync(reader);
	expect((await run.ended).status).toBe(128 + os.signals.SIGPIPE);
});

test("signals reach an application whose reader pauses, and a later one ends the wait for that reader", async () => {
	const { enter, reader } = paused("paused");
	const code = `import os, signal
signal.signal(signal.SIGTERM, lambda *_: (open("${shared}/asked", "w"), os._exit(4)))
open("${shared}/ready", "w")
while True: os.write(1, b"z" * 4096)`;
	const data = join(state, "cages/nobody/data", shared);
	const run = begin(runWords("nobody", code), { state, enter });
	await eventually(() => expect(existsSync(join(data, "ready"))).toBe(true));
	run.send("SIGTERM");
	await eventually(() => expect(existsSync(join(data, "asked"))).toBe(true));
	const asking = setInterval(() => run.send("SIGTERM"), 500);
	expect((await run.ended).status).toBe(4);
	clearInterval(asking);
	closeSync(reader);
});

test("a full disk ends no application, and the loss is reported once", async () => {
	const code = "import os, time\nfor _ in range(3):\n    os.write(1, b'x' * 100000)\n    time.sleep(0.1)\nos._exit(0)";
	const { status, stderr } = await begin(runWords("nobody", code), through(">/dev/full")).ended;
	expect(status).toBe(0);
	expect(stderr.match(/ENOSPC/g)).toHaveLength(1);
});

test("a kill of Cagewright ends the application, and the file has whole lines up to there", async () => {
	const log = join(folder, "killed.log");
	const run = begin(runWords("nobody", "import time\nfor index in range(10**9): print(index, flush=True)"), {
		state,
		enter: ["sh", "-c", `exec "$@" >${log}`, "sh"],
	});
	await eventually(() => expect(existsSync(log) && statSync(log).size).toBeGreaterThan(10_000));
	const result: Result = await run.stop("SIGKILL");
	expect(result.status).toBe(137);
	const { size } = statSync(log);
	const whole = readFileSync(log, "utf8").split("\n").slice(0, -1);
	expect(whole).toEqual(whole.map((_, index) => String(index)));
	expect(statSync(log).size).toBe(size);
});

test("a child that keeps the output open and ignores TERM does not prolong the end", async () => {
	const code = `import os, signal, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open("${shared}/child", "w")
    time.sleep(1000)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print("up", flush=True)
while True: time.sleep(1)`;
	const log = join(folder, "child.log");
	const [run = "", cage = "", ...rest] = runWords("nobody", code);
	const started = begin([run, cage, "--stop-timeout", "1", ...rest], { state, enter: ["sh", "-c", `exec "$@" >${log}`, "sh"] });
	await eventually(() => expect(existsSync(log) && readFileSync(log, "utf8")).toBe("up\n"));
	await started.stop();
	expect(readFileSync(log, "utf8")).toBe("up\n");
});
