import { expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import type { Event } from "../../src/engine/events.ts";
import { runExercise } from "../../src/engine/probing.ts";
import { plan } from "../core/cage/plans.ts";

test.each([
	[5, 30],
	[90, 90],
])("an exercise gets 30 seconds, or as many as --timeout says where that is more (%i)", async (timeout, given) => {
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
