import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { unsetSession } from "../../src/watch/denial.ts";
import { isLong, some } from "../long.ts";
import { begin, type Json, type Made, make, type Started, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { childrenOf, isFirstNamespace, processesIn } from "./processes.ts";

/** A watch knows the cage of each refused call by what the process cannot change, and blames no cage for others. */

const state = temporaryState();
let port: number;
let made: Made;

/** System calls that every cage refuses, by their numbers. */
const refused = { mount: 165, umount2: 166, pivot_root: 155, setns: 308, ptrace: 101 } as const;
type Refused = keyof typeof refused;

/** The calls that a server makes at its start, so that the cage permits them: those of a worker with its own root and account. */
const worker = (data: string) => `
$SIG{CHLD} = 'IGNORE';
unless (fork) { chroot "${data}"; chdir "/"; syscall(119, 4242, 4242, 4242); syscall(117, 4242, 4242, 4242); sleep 1 while getppid() > 1; exit }`;

/**
 * \`GET /HOW-NUMBER\` makes a system call in a child: with another account, in another root, below 200 directories, or as an orphan. It ends at
 * once, except below the directories.
 */
const answers = (data: string) => `if ($what =~ /^(\\w+)-(\\d+)$/ && !fork) {
		my ($how, $call) = ($1, $2);
		if ($how eq 'account') { syscall(119, 4243, 4243, 4243); syscall(117, 4243, 4243, 4243) }
		if ($how eq 'root') { chroot "${data}" or die }
		if ($how eq 'below') { chdir "${data}"; for (1 .. 200) { mkdir "d"; chdir "d" } chroot "." or die }
		if ($how eq 'orphan') { exit if fork }
		syscall($call, 0, 0, 0, 0, 0);
		sleep 5 if $how eq 'below';
		exit;
	}`;

beforeAll(async () => {
	port = await freePort();
	const data = `${temporaryFolder("worker")}/data`;
	mkdirSync(data);
	const server = perlServer(port, answers(data), worker(data));
	made = await make(["--name", "victim", "--writable", data, ...wordsOf(server)], { state });
});

const attack = (how: "account" | "root" | "below" | "orphan", call: Refused) =>
	fetchPage(`http://127.0.0.1:${port}/${how}-${refused[call]}`);

const alarms = (text: string): Json[] =>
	text
		.split("\n")
		.slice(0, -1)
		.map((line) => describedJson(line));
const calls = (watch: Started) => [...new Set(alarms(watch.stdout()).map(({ call }) => call))].sort();

interface Watched {
	readonly watch: Started;
	/** A process of the cage. */
	readonly pid: number;
}

/** Runs the cage and a watch. `enter` precedes the command that runs the cage. */
async function watched(
	work: (both: Watched) => Promise<void>,
	{ enter = [], options = [] }: { readonly enter?: readonly string[]; readonly options?: readonly string[] } = {},
): Promise<void> {
	await using _run = startRun("victim", { state, enter });
	await eventually(() => fetchPage(`http://127.0.0.1:${port}/`));
	await using watch = begin(["watch", "--json", ...options], { state });
	await watch.says("Watching");
	const [pid = 0] = processesIn(made.root);
	await work({ watch, pid });
}

const session = (pid: number | "self") => Number(readFileSync(`/proc/${pid}/sessionid`, "latin1"));
const login = (pid: number | "self") => Number(readFileSync(`/proc/${pid}/loginuid`, "latin1"));
/** Precedes a command that a person who logged in runs. */
const loggedIn = (uid: number) => ["sh", "-c", `echo ${uid} >/proc/self/loginuid; exec "$@"`, "sh"];

test.runIf(isFirstNamespace)(
	"an attack raises an alarm, whatever account, root or parent its process took before it ended",
	async () => {
		await watched(async ({ watch }) => {
			await attack("account", "mount");
			await attack("root", "setns");
			await attack("below", "ptrace");
			await attack("orphan", "umount2");
			await eventually(() => expect(calls(watch)).toEqual(["mount", "ptrace", "setns", "umount2"]));
			expect(alarms(watch.stdout()).map(({ cage, knownBy }) => `${cage} ${knownBy}`)).toEqual(Array(4).fill("victim process"));
		});
	},
);

/** Loads a filter that refuses mount(2) and has the kernel record it, and calls it, in 20 processes that end at once and in one that stays. */
const forger = `
syscall(157, 38, 1, 0, 0, 0) == 0 or die;
my $filter = pack 'S C C L' x 4, 0x20, 0, 0, 0, 0x15, 0, 1, 165, 0x06, 0, 0, 0x00050001, 0x06, 0, 0, 0x7fff0000;
syscall(317, 1, 2, pack 'S x6 P', 4, $filter) == 0 or die;
for (1 .. 20) { unless (fork) { syscall(165, 0, 0, 0, 0, 0); exit } wait }
syscall(165, 0, 0, 0, 0, 0);
print "called\\n";`;

test.each(
	some(1, [
		["without a login", []],
		["of a person", loggedIn(4242)],
		["with a session of its own each", ["sh", "-c", 'echo 0 >/proc/self/loginuid; exec "$@"', "sh"]],
	]),
)("a process outside %s, with the account and program of a cage, raises no alarm for it", async (_, enter) => {
	await watched(async ({ watch }) => {
		const [command = "", ...words] = [...enter, "/usr/bin/perl", "-e", forger];
		expect(spawnSync(command, words, { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "called\n" });
		// Its record comes last.
		await attack("account", "setns");
		await eventually(() => expect(calls(watch)).toContain("setns"));
		expect(calls(watch)).toEqual(["setns"]);
	});
});

describe("each start has an audit session of its own,", () => {
	test.each([
		["with root's login uid if nobody logged in", ["env"], login("self") === unsetSession ? 0 : login("self")],
		["with the login uid of the person who started it", loggedIn(4242), 4242],
	])("%s", async (_, enter, uid) => {
		await using _run = startRun("victim", { state, enter });
		await eventually(() => fetchPage(`http://127.0.0.1:${port}/`));
		const pids = processesIn(made.root);
		expect(new Set(pids.map(login))).toEqual(new Set([uid]));
		const sessions = new Set(pids.map(session));
		expect(sessions.size).toBe(1);
		expect([unsetSession, session("self")]).not.toContain([...sessions][0]);
	});
});

describe.runIf(isFirstNamespace)("a start that cannot have a session of its own", () => {
	const starts: [string, string[]][] = [
		["/proc is read-only", ["unshare", "--mount", "sh", "-c", 'mount -n -o bind,ro /proc /proc && exec "$@"', "sh"]],
		["a person started it, and nobody may change login uids", [...loggedIn(4242), "setpriv", "--bounding-set=-audit_control"]],
	];
	test.each(some(1, starts))("starts, and causes a reaction only to calls of processes that still run (%s)", async (_, enter) => {
		const file = `${temporaryFolder("reaction")}/alarms`;
		await watched(
			async ({ pid, watch }) => {
				expect(enter.includes("setpriv") ? login(pid) : session(pid)).toBe(enter.includes("setpriv") ? 4242 : unsetSession);
				const before = processesIn(made.root);
				// The watch must not see them while they run.
				watch.send("SIGSTOP");
				await attack("account", "mount");
				await attack("orphan", "setns");
				await eventually(() => expect(before).toEqual(expect.arrayContaining(processesIn(made.root))));
				watch.send("SIGCONT");
				await attack("below", "ptrace");
				await eventually(() => expect(readFileSync(file, "utf8")).toContain("ptrace"));
				expect(calls(watch)).toContain("ptrace");
				for (const { call, knownBy } of alarms(watch.stdout())) expect(knownBy).toBe(call === "ptrace" ? "process" : "account");
				expect(alarms(readFileSync(file, "utf8")).map(({ call }) => call)).toEqual(["ptrace"]);
			},
			{ enter, options: ["--on-alarm", `cat >>${file}`] },
		);
	});
});

test.runIf(isLong)("in a container with its own process numbers, a watch knows the cage by its session", async () => {
	const container = begin(["watch"], { state, enter: ["unshare", "--pid", "--mount-proc", "--kill-child"] });
	const inside: Started[] = [];
	try {
		await container.says("Watching");
		const [first = 0] = childrenOf(container.pid);
		const enter = ["nsenter", "--target", String(first), "--pid", "--mount", "--"];
		const watch = begin(["watch", "--json"], { state, enter });
		inside.push(watch, begin(["run", "victim"], { state, enter }));
		await watch.says("Watching");
		expect(watch.stderr()).toContain("not the host's PID namespace");
		await eventually(() => fetchPage(`http://127.0.0.1:${port}/`));
		await attack("account", "mount");
		await attack("below", "ptrace");
		await eventually(() => expect(calls(watch)).toEqual(["mount", "ptrace"]));
	} finally {
		// nsenter(1) passes no signal on. All others end with the first process.
		await container.stop("SIGKILL");
		for (const { ended } of inside) await ended;
	}
});
