import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Machine } from "../../../src/base/engine/context.ts";
import type { Event } from "../../../src/base/engine/events.ts";
import { systemMachine } from "../../../src/cli/machine.ts";
import { asPassesOnHost } from "../../../src/make/engine/try-probe.ts";
import type { Answers } from "../../../src/options/answers.ts";
import { Deadline, laterTimeout, probeAlternatives, probeUntilAnswered, runExercise } from "../../../src/probe/engine/probing.ts";
import { proposeProbe } from "../../../src/probe/propose.ts";
import { noRules } from "../../../src/service/application.ts";
import { plan } from "../../cage/plans.ts";

const state = mkdtempSync(join(tmpdir(), "cagewright-probing-"));
afterAll(() => rmSync(state, { recursive: true }));

test.each([
	[5, 30],
	[90, 90],
])("an exercise gets 30 seconds, or more if --timeout allows it (%i)", async (timeout, given) => {
	const asked: number[] = [];
	const { context, events } = machineInHaste(async (_line, _where, seconds) => {
		asked.push(seconds);
		return hung;
	});
	await runExercise(context, running, "sleep 1000", { ...plan([]).application, timeout });
	expect(asked).toEqual([given]);
	const values = { command: "sleep 1000", seconds: given };
	expect(events).toContainEqual({ event: "warned", code: "exercise-timed-out", values });
});

const running = { init: 1, ended: new Promise<never>(() => {}) };
const passed = { ok: true, status: 0, output: "", timedOut: false };
const hung = { ok: false, status: 137, output: "", timedOut: true };

/** A machine that runs shell lines like this, and whose time passes only in its waits. */
function machineInHaste(shell: Machine["launcher"]["shell"]) {
	const events: Event[] = [];
	const machine = systemMachine(state);
	machine.launcher.shell = shell;
	let time = 0;
	const pass = (milliseconds: number) => {
		time += milliseconds;
	};
	machine.elapsed = () => time;
	// Waits may overlap.
	machine.sleep = async (milliseconds) => {
		const end = time + milliseconds;
		await new Promise(setImmediate);
		time = Math.max(time, end);
	};
	const context = { machine, emit: (event: Event) => void events.push(event), signal: new AbortController().signal };
	return { context, events, pass };
}

/** A machine on which a line passes from the given number of tries on, or never. */
function query(passes: Readonly<Record<string, number>>) {
	const tries: string[] = [];
	const machine = machineInHaste(async (line) => {
		tries.push(line);
		const ok = tries.filter((one) => one === line).length >= (passes[line] ?? Number.POSITIVE_INFINITY);
		return ok ? passed : { ok, status: 1, output: `${line} was refused`, timedOut: false };
	});
	return { ...machine, tries };
}

test("a waiting probe stops when the application ends", async () => {
	const machine = systemMachine(state);
	let cutOff = false;
	machine.launcher.shell = (_line, _where, _seconds, signal) =>
		new Promise((resolve) =>
			signal?.addEventListener("abort", () => {
				cutOff = true;
				resolve({ ...hung, timedOut: false });
			}),
		);
	const context = { machine, emit() {}, signal: new AbortController().signal };
	const ended = new Promise<{ status: number }>((resolve) => setTimeout(() => resolve({ status: 1 }), 20));
	const outcomes = await probeUntilAnswered(context, { init: 1, ended: ended as never }, ["sleep 1000"], { seconds: 60 });
	expect(cutOff).toBe(true);
	expect(outcomes).toMatchObject([{ command: "sleep 1000", ok: false }]);
});

const absent = { ok: false, status: 127, output: "/bin/sh: 1: ask: not found", timedOut: false };

test("a probe that cannot run ends the wait at once", async () => {
	const { context } = machineInHaste(async () => absent);
	const outcomes = await probeUntilAnswered(context, running, ["ask"], { seconds: 30 });
	expect(outcomes).toEqual([{ command: "ask", ok: false, output: absent.output, status: 127 }]);
	expect(context.machine.elapsed()).toBe(0);
});

test("an alternative that cannot run is not tried again", async () => {
	const tries: string[] = [];
	const { context } = machineInHaste(async (line) => {
		tries.push(line);
		return line === "ask" ? absent : { ...passed, ok: tries.length > 4 };
	});
	expect(await probeAlternatives(context, running, { alternatives: [["ask"], ["other"]] }, 30)).toMatchObject([
		{ command: "other", ok: true },
	]);
	expect(tries).toEqual(["ask", "other", "other", "other", "other"]);
	expect(await probeAlternatives(context, running, { alternatives: [["ask"], ["ask"]] }, 30)).toMatchObject([{ status: 127 }]);
});

test("a wait says how long it may last", async () => {
	const { context, events } = machineInHaste(async () => ({ ...passed, ok: false, status: 1, output: "no\nrefused" }));
	context.machine.launcher.cpuSeconds = () => 0;
	await probeUntilAnswered(context, running, ["ask"], { seconds: 8 });
	await probeAlternatives(context, running, { alternatives: [["ask"], ["other"]] }, 8);
	const waits = events.flatMap((event) => (event.event === "waited" ? [event] : []));
	expect(waits.length).toBeGreaterThan(5);
	for (const wait of waits) expect(wait).toMatchObject({ for: "answer", said: "refused", limit: 8 });
});

test("the deepest of several probes that passes counts", async () => {
	const { context, tries } = query({ deep: 3, shallow: 1 });
	expect(await probeAlternatives(context, running, { alternatives: [["deep"], ["shallow"]] }, 30)).toMatchObject([
		{ command: "deep", ok: true },
	]);
	expect(tries.slice(0, 2)).toEqual(["deep", "shallow"]);
});

test("a shallower probe counts with a warning if the deeper one keeps failing", async () => {
	const { context, events } = query({ shallow: 1 });
	const outcomes = await probeAlternatives(context, running, { alternatives: [["deep"], ["shallow"]] }, 30);
	expect(outcomes).toMatchObject([{ command: "shallow", ok: true }]);
	const values = { probe: "deep", words: "deep was refused" };
	expect(events).toContainEqual({ event: "warned", code: "probe-went-back", values });
});

test("another probe of the same depth counts without a warning", async () => {
	const privoxy = { command: ["/usr/sbin/privoxy"], ports: [], programs: new Set<string>(), node: "/usr/bin/node" };
	const [busy = "", reachable = ""] = proposeProbe(privoxy).flatMap(({ probes }) => probes);
	const { context, events } = query({ [reachable]: 1 });
	expect(await probeAlternatives(context, running, { alternatives: [[busy], [reachable]] }, 30)).toMatchObject([
		{ command: reachable, ok: true },
	]);
	expect(events.filter(({ event }) => event === "warned")).toEqual([]);
});

test("any other probe is less than the one that the running service answers", async () => {
	const privoxy = { command: ["/usr/sbin/privoxy"], ports: [], programs: new Set<string>(), node: "/usr/bin/node" };
	const [busy = "", reachable = ""] = proposeProbe(privoxy).flatMap(({ probes }) => probes);
	const { context } = query({ [reachable]: 1 });
	const failed: string[] = [];
	const alternatives = [[busy], [reachable]];
	const onFallingBehind = ({ output }: { output: string }) => void failed.push(output);
	await probeAlternatives(context, running, { alternatives, onFallingBehind }, 30);
	expect(failed).toEqual([`${busy} was refused`]);
	const { context: other } = query({ [busy]: 1 });
	await probeAlternatives(other, running, { alternatives, onFallingBehind }, 30);
	expect(failed).toHaveLength(1);
});

test("the application's own ports are probed if no probe passes", async () => {
	const { context } = query({ elsewhere: 1 });
	const outcomes = await probeAlternatives(
		context,
		running,
		{ alternatives: [["usual"]], elsewhere: async () => [["usual"], ["elsewhere"]] },
		30,
	);
	expect(outcomes).toMatchObject([{ command: "elsewhere", ok: true }]);
});

test("a hanging try is aborted and repeated if the probe has passed before", async () => {
	const given: number[] = [];
	const { context, pass } = machineInHaste(async (_line, _where, seconds) => {
		given.push(seconds);
		if (given.length > 2) return passed;
		pass(seconds * 1000);
		return hung;
	});
	const outcomes = await probeUntilAnswered(context, running, ["ask"], { seconds: 60, trySeconds: 0.05 });
	expect(outcomes).toMatchObject([{ command: "ask", ok: true }]);
	expect(given).toEqual([0.05, 0.1, 0.2]);
});

test("a slow probe gets more time in later tries, and the others are still tried", async () => {
	const tries: string[] = [];
	const { context, pass } = machineInHaste(async (line, _where, seconds) => {
		tries.push(line);
		if (line !== "slow") return { ...passed, ok: false, status: 1 };
		pass(Math.min(8, seconds) * 1000);
		return seconds > 8 ? passed : hung;
	});
	const outcomes = await probeAlternatives(context, running, { alternatives: [["slow"], ["shallow"]] }, 30);
	expect(outcomes).toMatchObject([{ command: "slow", ok: true }]);
	expect(tries).toEqual(["slow", "shallow", "slow"]);
});

/** Returns after how many seconds the wait for an application ends that uses this share of a processor. */
function lasts(share: number, seconds: number, answersBadlyAt = Number.POSITIVE_INFINITY): number {
	let now = 0;
	const { launcher } = systemMachine(state);
	launcher.cpuSeconds = () => (now / 1000) * share;
	const deadline = new Deadline({ launcher, elapsed: () => now }, running, seconds);
	for (; deadline.left() > 0; now += 500) if (now === answersBadlyAt * 1000) deadline.endIn(3);
	return now / 1000;
}

test.each([
	["idle", 0.01, 30, 30],
	["busy", 0.5, 30, 90],
	["busy with a short timeout", 0.5, 2, 2],
])("an application that is %s gets its timeout, and at most three times as much", (_, share, seconds, most) => {
	expect(lasts(share, seconds)).toBe(most);
});

test.each([
	["soon", 5, 30, 30],
	["late", 60, 30, 70],
	["never", 1000, 30, 90],
])("an application whose service detaches %s gets ten seconds for an answer after that", (_, detachesAt, seconds, most) => {
	let now = 0;
	const { launcher } = systemMachine(state);
	launcher.cpuSeconds = () => 0;
	const launched = { ...running, isStarting: () => now < detachesAt * 1000 };
	const deadline = new Deadline({ launcher, elapsed: () => now }, launched, seconds);
	while (deadline.left() > 0) now += 500;
	expect(Math.round(now / 1000)).toBe(most);
});

test("a shallower probe's answer limits the wait, however busy the application is", () => expect(lasts(0.5, 30, 10)).toBe(13));

test.each([
	[30, 2, 30],
	[30, 24.1, 73],
	[120, 24.1, 120],
	[5, 4, 5],
])("a timeout of %i seconds, after a first answer in %d, becomes %i for later starts", (timeout, answeredAfter, later) => {
	expect(laterTimeout(timeout, answeredAfter)).toBe(later);
});

test("CPU time includes a process's descendants, even ended ones", async () => {
	const { launcher } = systemMachine(state);
	const self = { ...running, init: process.pid };
	const before = launcher.cpuSeconds(self);
	spawnSync("sh", ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done"]);
	expect(launcher.cpuSeconds(self)).toBeGreaterThan(before + 0.05);
});

const mqtt = { code: "probe-guessed-port", values: { port: 1883, protocol: "mqtt" } };
const xmpp = { code: "probe-guessed-port", values: { port: 5222, protocol: "xmpp" } };

/** Tries these alternative lists of probes. A probe passes if the shell line succeeds on this machine. */
function tried(...ways: readonly (readonly string[])[]) {
	const [probes = [], ...otherProbes] = ways;
	const application = { ...plan([]).application, probes };
	const answers: Answers = {
		name: "own",
		application,
		otherProbes,
		notes: [mqtt, xmpp],
		rules: noRules,
		onHost: false,
		rounds: 1,
	};
	return asPassesOnHost({ machine: systemMachine(state), signal: new AbortController().signal }, answers);
}

test("all guessed ports get probes if the service answers at each", async () => {
	const { application, notes } = await tried(["test 1883", "test 5222"], ["test 1883"]);
	expect(application.probes).toEqual(["test 1883", "test 5222"]);
	expect(notes).toEqual([mqtt, xmpp]);
});

test("a port with another protocol is dropped with its note", async () => {
	const { application, notes, otherProbes } = await tried(["test 1883", "! test 5222"], ["test 1883"], ["! test 5222"]);
	expect(application.probes).toEqual(["test 1883"]);
	expect(notes).toEqual([mqtt]);
	expect(otherProbes).toEqual([["! test 5222"]]);
});

test("no probe is proposed if no port speaks its usual protocol", async () => {
	const { application, notes = [] } = await tried(["! test 1883", "! test 5222"], ["! test 1883"], ["! test 5222"]);
	expect(application.probes).toEqual([]);
	expect(notes.map(({ code }) => code)).toEqual(["probe-guess-failed"]);
});

test("a known protocol's probes are dropped too if the running service answers none", async () => {
	const answers = {
		name: "own",
		application: { ...plan([]).application, probes: ["false"] },
		rules: noRules,
		onHost: false,
		rounds: 1,
	};
	const context = { machine: systemMachine(state), signal: new AbortController().signal };
	const { application, notes, otherProbes } = await asPassesOnHost(context, {
		...answers,
		otherProbes: [["echo no >&2; false"]],
	});
	expect([application.probes, otherProbes]).toEqual([[], undefined]);
	expect(notes).toEqual([{ code: "probe-refused", values: { probe: "false", words: "no" } }]);
});

test("a service's exercises are those of the probe that it answers", async () => {
	const probesAt = (port: number) => {
		const tools = { programs: new Set(["curl"]), node: process.execPath };
		const [first] = proposeProbe({ command: ["/opt/own", "--port", String(port)], ports: [], ...tools });
		return { probes: first?.probes ?? [], job: first?.job ?? [] };
	};
	const [refused, answered] = [probesAt(8080), probesAt(3000)];
	const machine = systemMachine(state);
	machine.launcher.shell = async (line) => ({ ...passed, ok: answered.probes.includes(line) });
	const { application } = await asPassesOnHost(
		{ machine, signal: new AbortController().signal },
		{
			name: "own",
			application: { ...plan([]).application, probes: refused.probes, exercises: ["own", ...refused.job] },
			otherProbes: [answered.probes],
			rules: noRules,
			onHost: false,
			rounds: 1,
		},
	);
	expect(application.exercises).toEqual(["own", ...answered.job]);
});
