import { expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { laterTimeout, Patience } from "../../src/engine/trace/probing.ts";

/** Returns after how many seconds the wait for an application ends that uses this share of a processor. */
function lasts(share: number, seconds: number, answersBadlyAt = Number.POSITIVE_INFINITY): number {
	let now = 0;
	const machine = systemMachine("/nonexistent");
	const running = { init: 1, ended: new Promise<never>(() => {}) };
	machine.launcher.cpuSeconds = () => (now / 1000) * share;
	const patience = new Patience({ launcher: machine.launcher, elapsed: () => now }, running, seconds);
	for (; patience.left() > 0; now += 500) if (now === answersBadlyAt * 1000) patience.endIn(3);
	return now / 1000;
}

test.each([
	["idle", 0.01, 30, 30],
	["busy", 0.5, 30, 90],
	["busy with a short timeout", 0.5, 2, 2],
])("an application that is %s gets its timeout, and at most three times as much", (_, share, seconds, most) => {
	expect(lasts(share, seconds)).toBe(most);
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
	const { launcher } = systemMachine("/nonexistent");
	const self = { init: process.pid, ended: new Promise<never>(() => {}) };
	const before = launcher.cpuSeconds(self);
	const { spawnSync } = await import("node:child_process");
	spawnSync("sh", ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done"]);
	expect(launcher.cpuSeconds(self)).toBeGreaterThan(before + 0.05);
});
