import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { begin, cagewright, type Made, make, type Started, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { isFirstNamespace, processesIn, statusField } from "./processes.ts";

/** How `watch` reacts to an intruder who resists, and to attacks while it does not run. */

const state = temporaryState();
let made: Made;
let port: number;
let folder: string;
/** No other process has this account, so the limit is the cage's own. */
const account = String(1_000_000 + randomInt(1_000_000_000));

/** Each path ends with a refused call (setns(2)), of the process itself or of one that it leaves behind. */
const answers = `$text = $$;
	my $resist = sub { $SIG{$_} = 'IGNORE' for qw(TERM HUP INT QUIT) };
	my $attack = sub { syscall(308, 0, 0) };
	my $child = sub { my ($act) = @_; unless (fork) { close $c; close $s; $resist->(); $act->(); sleep 1 while 1 } };
	if ($what eq 'itself') { $resist->(); $attack->() }
	if ($what eq 'child') { $child->($attack) }
	if ($what eq 'orphan') { my $first = fork; unless ($first) { $child->(sub { setpgrp; $attack->() }); exit } waitpid $first, 0 }
	if ($what eq 'many') { $child->(sub {}) for 1 .. 150; $attack->() }
	if ($what eq 'once') { $attack->() }
	if ($what eq 'forking') { $child->(sub { $SIG{CHLD} = 'IGNORE'; while (1) { my $id = fork; next if !defined $id or $id; sleep 2; exit } }) for 1 .. 3; $attack->() }`;

beforeAll(async () => {
	port = await freePort();
	const server = perlServer(port, answers);
	({ folder } = server);
	mkdirSync(`${folder}/data`);
	const options = ["--name", "victim", "--user", account, "--writable", `${folder}/data`, "--limit-processes", "300"];
	made = await make([...options, ...wordsOf(server)], { state });
});

const request = (what: string) => fetchPage(`http://127.0.0.1:${port}/${what}`);
/** It may be stopped or frozen before it answers. */
const attack = (what: string) => Promise.race([request(what).catch(() => ""), eventually(() => hasReaction())]);
/** Attacks until the kernel log has it, which drops records if the machine has many. */
const recorded = async () => {
	const count = () =>
		execFileSync("dmesg", { encoding: "utf8" }).match(new RegExp(` uid=${account} .* syscall=308 `, "g"))?.length ?? 0;
	const before = count();
	await eventually(async () => {
		await request("once");
		expect(count()).toBeGreaterThan(before);
	});
};
const stored = () => readFileSync(`${state}/cages/victim/reactions.json`, "utf8");
const hasReaction = () => void stored();
const forget = () => rmSync(`${state}/cages/victim/reactions.json`, { force: true });
const history = async () => {
	const { json } = await cagewright(["show", "victim", "--history", "--json"], { state });
	return (json.history as string[]).join("\n");
};
/** Lines of the history about a stop. The watch writes them after it has said so. */
const stops = async () => (await history()).split("\n").filter((line) => line.includes(" stopped "));
const isStopped = () => eventually(() => expect(processesIn(made.root)).toEqual([]));

async function running(): Promise<Started> {
	const run = startRun("victim", { state });
	await eventually(() => request(""));
	return run;
}

async function watching(...options: readonly string[]): Promise<Started> {
	const watch = begin(["watch", "--json", ...options], { state });
	await watch.says("Watching");
	return watch;
}

describe.runIf(isFirstNamespace)("--on-alarm stop", () => {
	// The others end with the first process of their PID namespace.
	const intruders = [
		["itself", "SIGKILL"],
		["orphan", "SIGTERM"],
		["child", "SIGTERM"],
		["many", "SIGTERM"],
	] as const;
	test.each(some(2, intruders))("ends an intruder who ignores SIGTERM: %s", async (what, signal) => {
		forget();
		const before = await stops();
		await using run = await running();
		await using watch = await watching("--on-alarm", "stop", "--stop-timeout", "1");
		await attack(what);
		await isStopped();
		await run.ended;
		await watch.says(`stopped victim with ${signal}`);
		const stop = expect.stringContaining(signal);
		await eventually(async () => expect(await stops()).toEqual([...before, stop]));
		// The reaction counts as under way until it is written down that it has ended.
		await eventually(async () => expect((await cagewright(["list"], { state })).stdout).toContain("stopped after an alarm"));
		const shown = (await cagewright(["show", "victim"], { state })).stdout;
		expect(shown).toContain(`\`watch\` stopped victim with ${signal}. The alarm:`);
		expect(shown).toMatch(/ The alarm: .*setns.* To start it again: cagewright .*run victim/);
	});

	test("lets the application end by itself, and a restart is not stopped for the same alarm", async () => {
		forget();
		const before = await stops();
		await using run = await running();
		await using watch = await watching("--on-alarm", "stop");
		await attack("once");
		await run.ended;
		await watch.says("stopped victim with SIGTERM");
		await using _again = await running();
		expect((await cagewright(["list", "--json"], { state })).json.cages).toMatchObject([{ name: "victim", reaction: null }]);
		await attack("once");
		await eventually(async () => expect(await stops()).toHaveLength(before.length + 2));
		await isStopped();
	});

	test("is completed by the next watch, if it is killed in the middle", async () => {
		forget();
		await using _run = await running();
		await using watch = await watching("--on-alarm", "stop", "--stop-timeout", "600");
		await attack("itself");
		await eventually(() => expect(stored()).toContain('"state":"pending"'));
		await watch.stop("SIGKILL");
		expect(processesIn(made.root)).not.toEqual([]);
		await using next = await watching("--on-alarm", "stop", "--stop-timeout", "1");
		await next.says("stopped victim with SIGKILL");
		await isStopped();
	});

	test.runIf(isLong)("follows an attack from before the watch, unless the cage was restarted since", async () => {
		forget();
		await using first = await watching("--journal");
		await eventually(() => readFileSync(`${state}/watched`));
		await first.stop();
		await using before = await running();
		await recorded();
		await before.stop();
		await using after = await running();
		const options = ["--journal", "--on-alarm", "stop"];
		await using watch = await watching(...options);
		await eventually(() => expect(watch.stdout()).toContain("setns"));
		await watch.stop();
		await recorded();
		await using _next = await watching(...options);
		await after.ended;
	});
});

test.runIf(isFirstNamespace)("--on-alarm freeze suspends processes that fork, and a signal continues them", async () => {
	forget();
	await using _run = await running();
	await using watch = await watching("--on-alarm", "freeze");
	await attack("forking");
	await watch.says("suspended victim");
	const awake = () => processesIn(made.root).filter((pid) => !/^[TZ]/.test(statusField(pid, "State")));
	expect(awake()).toEqual([]);
	expect(processesIn(made.root).length).toBeGreaterThan(10);
	expect((await cagewright(["list"], { state })).stdout).toContain("suspended after an alarm");
	await watch.stop();
	await cagewright(["signal", "victim", "CONT"], { state });
	await eventually(() => request(""));
});

test.runIf(isFirstNamespace)("a command that fails is tried again at the next alarm of its kind", async () => {
	forget();
	const out = temporaryFolder("reaction");
	await using _run = await running();
	await using watch = await watching("--on-alarm", `yes | head -c 1000000; test -e ${out}/ready && cat >>${out}/alarms`);
	await request("once");
	await watch.says("The command failed (1)");
	writeFileSync(`${out}/ready`, "");
	// A counted repetition suffices.
	await eventually(async () => {
		await request("once");
		expect(readFileSync(`${out}/alarms`, "utf8")).toContain("setns");
	});
});

test("an acknowledged finding raises no alarm", async () => {
	const files = ["one", "two"].map((name) => `${made.data}${folder}/data/${name}`);
	for (const file of files) {
		writeFileSync(file, "");
		chmodSync(file, 0o4755);
	}
	await cagewright(["check", "victim", "--accept", `data-setuid:${folder}/data/one`], { state });
	await using watch = await watching("--check-every", "1");
	await eventually(() => expect(watch.stdout()).toContain("data/two"));
	expect(watch.stdout()).not.toContain("data/one");
	for (const file of files) rmSync(file);
});
