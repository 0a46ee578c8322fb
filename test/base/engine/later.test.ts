import { expect, test } from "vitest";
import { later } from "../../../src/base/engine/later.ts";

/** A machine whose sleep ends by hand. */
function sleeper() {
	let wake = () => {};
	const sleep = (_milliseconds: number, signal: AbortSignal) =>
		new Promise<void>((resolve, reject) => {
			wake = resolve;
			signal.addEventListener("abort", () => reject(signal.reason));
		});
	const settled = () => new Promise((resolve) => setImmediate(resolve));
	return { sleep, settled, wake: () => wake() };
}

test("work is done after the time", async () => {
	const { settled, wake, ...machine } = sleeper();
	let times = 0;
	later(machine, 5, () => times++);
	await settled();
	expect(times).toBe(0);
	wake();
	await settled();
	expect(times).toBe(1);
});

test.each(["before", "after"])("work is not done if it was stopped %s the time", async (when) => {
	const { settled, wake, ...machine } = sleeper();
	let times = 0;
	const stop = later(machine, 5, () => times++);
	if (when === "after") wake();
	stop();
	if (when === "before") wake();
	await settled();
	expect(times).toBe(0);
});
