import { expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { proposeProbe } from "../../src/core/application/probe.ts";
import type { Event } from "../../src/engine/events.ts";
import { askUntilAnswered, probeUntilAnswered, runExercise } from "../../src/engine/trace/probing.ts";
import { plan } from "../core/cage/plans.ts";

test.each([
	[5, 30],
	[90, 90],
])("an exercise gets 30 seconds, or more if --timeout allows it (%i)", async (timeout, given) => {
	const events: Event[] = [];
	const asked: number[] = [];
	const machine = systemMachine("/nonexistent");
	machine.launcher.shell = async (_line, _where, seconds) => {
		asked.push(seconds);
		return { ok: false, status: 137, output: "", timedOut: true };
	};
	const context = { machine, emit: (event: Event) => void events.push(event), signal: new AbortController().signal };
	const { application } = plan([]);
	await runExercise(context, { init: 1, ended: new Promise(() => {}) }, "sleep 1000", { ...application, timeout });
	expect(asked).toEqual([given]);
	expect(events).toContainEqual({
		event: "warned",
		code: "exercise-timed-out",
		values: { command: "sleep 1000", seconds: given },
	});
});

/** A machine whose time passes only in its waits. */
function machineInHaste() {
	const machine = systemMachine("/nonexistent");
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
	return { machine, pass };
}

/** A machine on which a line passes from the given number of tries on, or never. */
function query(passes: Readonly<Record<string, number>>) {
	const events: Event[] = [];
	const tries: string[] = [];
	const { machine } = machineInHaste();
	machine.launcher.shell = async (line) => {
		tries.push(line);
		const ok = tries.filter((one) => one === line).length >= (passes[line] ?? Number.POSITIVE_INFINITY);
		return { ok, status: ok ? 0 : 1, output: ok ? "" : `${line} was refused`, timedOut: false };
	};
	const context = { machine, emit: (event: Event) => void events.push(event), signal: new AbortController().signal };
	return { context, events, tries };
}
const running = { init: 1, ended: new Promise<never>(() => {}) };

test("a waiting probe stops when the application ends", async () => {
	const machine = systemMachine("/nonexistent");
	let cutOff = false;
	machine.launcher.shell = (_line, _where, _seconds, signal) =>
		new Promise((resolve) =>
			signal?.addEventListener("abort", () => {
				cutOff = true;
				resolve({ ok: false, status: 137, output: "", timedOut: false });
			}),
		);
	const context = { machine, emit() {}, signal: new AbortController().signal };
	const ended = new Promise<{ status: number }>((resolve) => setTimeout(() => resolve({ status: 1 }), 20));
	const outcomes = await probeUntilAnswered(context, { init: 1, ended: ended as never }, ["sleep 1000"], 60);
	expect(cutOff).toBe(true);
	expect(outcomes).toMatchObject([{ command: "sleep 1000", ok: false }]);
});

test("the deepest of several probes that passes counts", async () => {
	const { context, tries } = query({ deep: 3, shallow: 1 });
	expect(await askUntilAnswered(context, running, [["deep"], ["shallow"]], 30)).toMatchObject([{ command: "deep", ok: true }]);
	expect(tries.slice(0, 2)).toEqual(["deep", "shallow"]);
});

test("a shallower probe counts with a warning if the deeper one keeps failing", async () => {
	const { context, events } = query({ shallow: 1 });
	const outcomes = await askUntilAnswered(context, running, [["deep"], ["shallow"]], 30);
	expect(outcomes).toMatchObject([{ command: "shallow", ok: true }]);
	expect(events).toContainEqual({
		event: "warned",
		code: "probe-went-back",
		values: { probe: "deep", words: "deep was refused" },
	});
});

test("another probe of the same depth counts without a warning", async () => {
	const [busy = "", reachable = ""] = proposeProbe({
		command: ["/usr/sbin/privoxy"],
		ports: [],
		programs: new Set(),
		node: "/usr/bin/node",
	}).flatMap(({ probes }) => probes);
	const { context, events } = query({ [reachable]: 1 });
	expect(await askUntilAnswered(context, running, [[busy], [reachable]], 30)).toMatchObject([{ command: reachable, ok: true }]);
	expect(events.filter(({ event }) => event === "warned")).toEqual([]);
});

test("the application's own ports are probed if no probe passes", async () => {
	const { context } = query({ elsewhere: 1 });
	const outcomes = await askUntilAnswered(context, running, [["usual"]], 30, () => [["usual"], ["elsewhere"]]);
	expect(outcomes).toMatchObject([{ command: "elsewhere", ok: true }]);
});

test("a hanging try is aborted and repeated if the probe has passed before", async () => {
	const { machine, pass } = machineInHaste();
	const given: number[] = [];
	machine.launcher.shell = async (_line, _where, seconds) => {
		given.push(seconds);
		if (given.length > 2) return { ok: true, status: 0, output: "", timedOut: false };
		pass(seconds * 1000);
		return { ok: false, status: 137, output: "", timedOut: true };
	};
	const context = { machine, emit() {}, signal: new AbortController().signal };
	const outcomes = await probeUntilAnswered(context, running, ["ask"], 60, 0.05);
	expect(outcomes).toMatchObject([{ command: "ask", ok: true }]);
	expect(given).toEqual([0.05, 0.1, 0.2]);
});

test("a slow probe gets more time in later tries, and the others are still tried", async () => {
	const { machine, pass } = machineInHaste();
	const tries: string[] = [];
	machine.launcher.shell = async (line, _where, seconds) => {
		tries.push(line);
		const ok = line === "slow" && seconds > 8;
		pass(Math.min(line === "slow" ? 8 : 0, seconds) * 1000);
		return { ok, status: ok ? 0 : 1, output: "", timedOut: line === "slow" && !ok };
	};
	const context = { machine, emit() {}, signal: new AbortController().signal };
	const outcomes = await askUntilAnswered(context, running, [["slow"], ["shallow"]], 30);
	expect(outcomes).toMatchObject([{ command: "slow", ok: true }]);
	expect(tries).toEqual(["slow", "shallow", "slow"]);
});
