import { execFile, execFileSync, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { attemptsProgram } from "../../src/confine/places.ts";
import { isLong, some } from "../long.ts";
import {
	begin,
	cagewright,
	type Json,
	type Made,
	make,
	type Started,
	startRun,
	temporaryFolder,
	temporaryState,
} from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { isFirstNamespace, processesIn, statusField } from "./processes.ts";

/** A caged application behaves like an intruder, and the watch raises alarms. */

const state = temporaryState();
let port: number;
let made: Made;
/** No other process of this machine has it: one that has ended is known by its account. */
const account = String(1_000_000 + randomInt(1_000_000_000));
let folder: string;
let script: string;

/**
 * `GET /mount` mounts, and so on. At its start it asks for a namespace and continues without one, as some libraries do. A child makes its
 * call and ends, so that nobody can look at it. 308 is setns(2). A pointer to address 1 crashes it.
 */
const answers = `$text = $$;
	if ($what eq 'mount') { my ($type, $place) = ("tmpfs", "/tmp"); syscall(165, $type, $place, $type, 0, 0) }
	if ($what eq 'unshare') { syscall(272, 0x10000000) }
	if ($what eq 'crash') { unless (fork) { sleep 2; my $nothing = unpack "P9", pack("J", 1); exit } }
	if ($what eq 'flood') { syscall(308, 0, 0) for 1 .. 500 }
	if ($what =~ /^bind(\\d+)/) { IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $1, Listen => 5) }
	if ($what eq 'launch') { opendir my $d, '/.launch' or die $!; $text = join ' ', 'in it:', grep { !/^[.]+$/ } readdir $d }
	if ($what =~ /^socket(\\d+)/) { syscall(41, $1, 3, 0) }
	if ($what eq 'child') { unless (fork) { my $name = "/"; syscall(161, $name); exit } wait }`;

beforeAll(async () => {
	port = await freePort();
	const server = perlServer(port, answers, "syscall(272, 0x10000000);");
	({ folder } = server);
	[, script = ""] = server.command;
	mkdirSync(`${folder}/data`);
	const options = ["--name", "victim", "--user", account, "--writable", `${folder}/data`];
	made = await make([...options, ...wordsOf(server)], { state });
});

const request = (what: string) => fetchPage(`http://127.0.0.1:${port}/${what}`);
/** One a line. The last line may not be complete yet. */
const alarms = (text: string): Json[] =>
	text
		.split("\n")
		.slice(0, -1)
		.map((line) => describedJson(line));
const calls = (text: string) => [...new Set(alarms(text).map(({ call }) => call))];

/** Runs the cage and a watch. Resolves to what the watch printed. */
async function watched(options: readonly string[], work: (watch: Started) => Promise<void>): Promise<string> {
	await using _run = startRun("victim", { state });
	await eventually(() => request(""));
	await using watch = begin(["watch", "--json", ...options], { state });
	await watch.says("Watching");
	await work(watch);
	return (await watch.stop()).stdout;
}

test.runIf(isFirstNamespace)(
	"an attack raises one alarm of each kind, and the application's usual calls raise none",
	async () => {
		const file = `${temporaryFolder("alarm")}/alarms`;
		const printed = await watched(["--on-alarm", `cat >>${file}`], async () => {
			await request("unshare");
			await request("mount");
			// On a busy machine, several records would be counted by the first alarm.
			await eventually(() => expect(calls(readFileSync(file, "utf8"))).toEqual(["mount"]));
			for (let time = 0; time < 3; time++) await request("mount");
			await request("child");
			await eventually(() => expect(calls(readFileSync(file, "utf8"))).toEqual(["mount", "chroot"]));
		});
		expect(calls(printed)).toEqual(["mount", "chroot"]);
		expect(alarms(printed)[0]).toMatchObject({
			schema: "cagewright/alarm/1",
			cage: "victim",
			severity: "high",
			kind: "syscall",
			call: "mount",
			path: null,
			executable: "/usr/bin/perl",
			technique: "T1611",
			why: "file-tree",
			result: "refused",
			knownBy: "process",
			count: 1,
		});
		const { json } = await cagewright(["show", "victim", "--history", "--json"], { state });
		expect(json.history.join("\n")).toContain('alarm {"time":');
		const newest = { cage: "victim", call: "chroot" };
		const shown = (await cagewright(["show", "victim", "--json"], { state })).json;
		expect(shown.alarms).toMatchObject({ lastDay: 2, newest });
		const listed = (await cagewright(["list", "--json"], { state })).json;
		expect(listed.cages).toMatchObject([{ name: "victim", alarms: 2, recentAlarms: { lastDay: 2, newest } }]);
		expect((await cagewright(["list"], { state })).stdout).toContain("2 alarms in 24 hours");
		expect((await cagewright(["show", "victim"], { state })).stdout).toMatch(
			/Alarms +2 in the last 24 hours\. Newest: .* HIGH victim:/,
		);
	},
);

test.runIf(isFirstNamespace)("a start makes no refused call, and the application finds nothing of the launcher's", async () => {
	await using watch = begin(["watch", "--json"], { state });
	await watch.says("Watching");
	await using _run = startRun("victim", { state });
	await eventually(async () => expect(await request("launch")).toMatch(/in it:\s*$/));
	// AF_ALG and AF_VSOCK. Its record comes last.
	for (const family of [38, 40]) await request(`socket${family}`);
	await eventually(() => expect(calls(watch.stdout())).toEqual(["socket"]));
});

/** Calls mount(2), whatever it is called. */
const mounter = '#include <sys/mount.h>\nint main(void) { mount("/", "/", 0, MS_BIND, 0); return 0; }';

test("a process that chooses its root and its program's name is not taken for a self-test", async () => {
	const at = await freePort();
	const data = temporaryFolder("imitated");
	const imitate = `if ($what eq 'imitate') { unless (fork) { chroot '${data}' or die; exec '${attemptsProgram}'; exit 1 } wait; $text = $? }`;
	const options = ["--name", "imitator", "--writable", data, "--allow", `executable-data:${data}`];
	const granted = ["--allow", "capability:sys_chroot", "--no-selftest"];
	const { data: cageData } = await make([...options, ...granted, ...wordsOf(perlServer(at, imitate))], { state });
	const place = `${cageData}${data}${attemptsProgram}`;
	mkdirSync(dirname(place), { recursive: true });
	execFileSync("gcc", ["-static", "-x", "c", "-", "-o", place], { input: mounter });
	await using _run = startRun("imitator", { state });
	const ask = (what: string) => fetchPage(`http://127.0.0.1:${at}/${what}`);
	await eventually(() => ask(""));
	await using watch = begin(["watch", "imitator", "--json"], { state });
	await watch.says("Watching");
	await eventually(async () => expect(await ask("imitate")).toMatch(/(^|\n)0$/));
	await eventually(() => expect(alarms(watch.stdout())[0]).toMatchObject({ call: "mount", executable: attemptsProgram }));
});

test("a flood of refused calls hides no other one", async () => {
	await watched([], async (watch) => {
		await request("flood");
		await request("child");
		await eventually(() => expect([...calls(watch.stdout())].sort()).toEqual(["chroot", "setns"]));
	});
});

test("the watch says if the kernel drops records", async ({ skip }) => {
	await watched([], async (watch) => {
		// For a moment only, because it is a setting of the whole machine.
		const before = audit(5, "rateLimit");
		if (before === undefined) return skip("auditing cannot be changed here");
		try {
			await request("flood");
			await watch.says("Records of refused calls were lost");
		} finally {
			audit(before, "rateLimit");
		}
	});
});

test.runIf(isFirstNamespace)("a self-test raises no alarm, also while the application runs", async () => {
	const printed = await watched([], async (watch) => {
		await cagewright(["selftest", "victim"], { state });
		// Its records come first.
		await request("mount");
		await eventually(() => expect(calls(watch.stdout())).toContain("mount"));
	});
	expect(calls(printed)).toEqual(["mount"]);
});

test("normal load raises no alarm", async () => {
	const own = temporaryState();
	const { port: at } = await preparedRedis(own);
	const ask = (...words: string[]) => promisify(execFile)(words[0] ?? "", ["-p", String(at), ...words.slice(1)]);
	await using _run = startRun("redis", { state: own });
	await using watch = begin(["watch", "--json", "--with-tests"], { state: own });
	await watch.says("Watching");
	await eventually(() => ask("redis-cli", "PING"));
	await ask("redis-benchmark", "-q", "-n", "500", "-t", "set,get,lpush,zadd");
	await ask("redis-cli", "SAVE");
	// Its records come last.
	await cagewright(["selftest", "redis"], { state: own });
	await eventually(() => expect(calls(watch.stdout())).toContain("pivot_root"));
	const { stdout } = await watch.stop();
	expect([...new Set(alarms(stdout).map(({ executable }) => executable))]).toEqual([attemptsProgram]);
});

test.each(
	some(1, [
		["stop", () => expect(processesIn(made.root)).toEqual([])],
		["freeze", () => expect(processesIn(made.root).map((pid) => statusField(pid, "State").slice(0, 1))).toContain("T")],
	] as const),
)("--on-alarm %s", async (reaction, expected) => {
	await watched(["--on-alarm", reaction], async (watch) => {
		// It may be stopped before it answers.
		await request("mount").catch(() => "");
		await watch.says(reaction === "stop" ? "stopped victim" : "suspended victim");
		expected();
		for (const pid of processesIn(made.root)) process.kill(pid, "SIGCONT");
	});
	const { json } = await cagewright(["show", "victim", "--history", "--json"], { state });
	expect(json.history.join("\n")).toContain(reaction === "stop" ? " stopped " : " frozen ");
});

test.runIf(isLong)("each trial measures which techniques raise an alarm, for the record", async () => {
	const { json } = await cagewright(["trial", "victim", "--json"], { state });
	const { alarm } = json.selftest;
	expect(alarm.raised).toBeGreaterThanOrEqual(0.95 * alarm.tried);
	const record = (await cagewright(["record", "victim", "--format", "json"], { state })).json;
	expect(record.alarms).toMatchObject({ generation: 1, filtered: alarm.tried, raised: alarm.raised });
});

test("selftest --alarm measures which techniques raise an alarm, for the record", async () => {
	const { json, status } = await cagewright(["selftest", "victim", "--alarm", "--json", "--quiet"], { state });
	expect(status).toBe(0);
	const { raised, reasons, silent, tried } = json.alarm;
	expect(tried).toBeGreaterThan(80);
	expect(raised).toBeGreaterThanOrEqual(0.95 * tried);
	expect(silent).toHaveLength(tried - raised);
	expect(Object.keys(reasons)).toEqual(silent);
	expect(Object.values(reasons)).not.toContain("lost");
	const record = (await cagewright(["record", "victim", "--format", "json"], { state })).json;
	expect(record.alarms).toMatchObject({ generation: 1, filtered: tried, raised, silent });
	const detection = record.checklist.find(({ id }: Json) => id === "s14");
	// Nothing reports them, because no watch is installed.
	expect(detection).toMatchObject({ state: "person", values: { filtered: tried, raised, watches: 0 } });
	expect(record.risks.map(({ code }: Json) => code)).toContain("silent-techniques");
});

test.runIf(isFirstNamespace)("a crash raises an alarm", async () => {
	const printed = await watched([], async (watch) => {
		// The kernel does not log every crash if there are many messages, and the watch must see the process first.
		await eventually(async () => {
			await request("crash");
			await sleep(500);
			expect(alarms(watch.stdout())).not.toEqual([]);
		});
	});
	expect(alarms(printed)[0]).toMatchObject({ kind: "crash", cage: "victim", executable: "perl", call: null, severity: "medium" });
});

test.runIf(isLong)("a setuid file in the data and a changed program raise one alarm each", async () => {
	const evil = `${made.data}${folder}/data/evil`;
	const copy = `${made.root}${script}`;
	const found = (text: string) => alarms(text).map(({ finding, path }) => `${finding} ${path}`);
	const printed = await watched(["--check-every", "1"], async (watch) => {
		writeFileSync(evil, "");
		chmodSync(evil, 0o4755);
		await eventually(() => expect(found(watch.stdout())).toEqual([`data-setuid ${folder}/data/evil`]));
		appendFileSync(copy, "system 'id';");
		await eventually(() => expect(found(watch.stdout())).toContain(`changed ${script}`));
	});
	rmSync(evil);
	writeFileSync(copy, readFileSync(script));
	expect(found(printed)).toEqual([`data-setuid ${folder}/data/evil`, `changed ${script}`]);
	expect(alarms(printed)[0]).toMatchObject({ kind: "drift", severity: "high", pid: null, knownBy: "file" });
});

/** What the kernel can be told about auditing (struct audit_status of linux/audit.h): bit of the mask, and position. */
const auditSettings = { enabled: [1, 1], rateLimit: [8, 4] } as const;

/** Sets whether the kernel audits, or how many records it makes in a second, and returns what it was; undefined if it refuses. */
function audit(value: number, setting: keyof typeof auditSettings = "enabled"): number | undefined {
	const [bit, position] = auditSettings[setting];
	const program = `
socket my $s, 16, 3, 9 or exit 1;
send $s, pack('L S S L L', 16, 1000, 1, 1, 0), 0, pack 'S x2 L L', 16, 0, 0;
recv $s, my $reply, 4096, 0;
exit 1 unless unpack('x4 S', $reply) == 1000;
print unpack 'x${16 + 4 * position} L', $reply;
my @status = (${bit}, (0) x 9); $status[${position}] = ${value};
send $s, pack('L S S L L', 56, 1001, 5, 1, 0) . pack('L10', @status), 0, pack 'S x2 L L', 16, 0, 0;
do { recv $s, $reply, 4096, 0 } until unpack('x4 S', $reply) == 2;
exit unpack('x16 l', $reply) != 0;`;
	const { status, stdout } = spawnSync("perl", ["-e", program], { encoding: "utf8" });
	return status === 0 ? Number(stdout) : undefined;
}

/** Linux 6.15 and later record what Landlock refuses. */
const [major = 0, minor = 0] = release().split(".").map(Number);
const records = major > 6 || (major === 6 && minor >= 15);

test.skipIf(!records)(
	"a port outside the plan raises an alarm if the kernel audits, and the watch says if it does not",
	async ({ skip }) => {
		const other = await freePort();
		const before = audit(0);
		if (before === undefined) return skip("auditing cannot be changed here");
		try {
			let said = "";
			await watched([], async (watch) => {
				said = watch.stderr();
			});
			expect(said).toContain("Auditing is off");
			audit(1);
			const printed = await watched([], async (watch) => {
				expect(watch.stderr()).not.toContain("Auditing is off");
				await request(`bind${other}`);
				await eventually(() => expect(watch.stdout()).toContain("bind"));
			});
			expect(alarms(printed)).toMatchObject([
				{
					kind: "network",
					severity: "medium",
					result: "refused",
					call: "bind",
					port: other,
					technique: "T1571",
					executable: "/usr/bin/perl",
				},
			]);
		} finally {
			audit(before);
		}
	},
);

test.each(
	some(1, [
		["network", ["--net"], "only read the kernel log"],
		["PID", ["--pid", "--mount-proc"], "not the host's PID namespace"],
	]),
)("in another %s namespace, the watch says what it cannot see", async (_, options, says) => {
	const watch = begin(["watch"], { state, enter: ["unshare", ...options, "--kill-child=SIGTERM"] });
	await watch.says("Watching");
	await watch.stop("SIGKILL");
	expect(watch.stderr()).toContain(says);
});

test("a missing cage is named", async () => {
	expect(await cagewright(["watch", "nobody"], { state })).toMatchObject({ status: 2, stderr: /nobody/ });
});
