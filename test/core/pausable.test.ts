import fc from "fast-check";
import { expect, test } from "vitest";
import { atOnce, inTurns, type Pausable } from "../../src/core/pausable.ts";
import { modelOf, prepareModel } from "../../src/wizard/steps/files/model.ts";
import { totalsOf } from "../../src/wizard/steps/files/totals.ts";
import { entry, plan as planOf } from "./cage/plans.ts";

function* counting(to: number): Pausable<number> {
	let sum = 0;
	for (let one = 1; one <= to; one++) {
		yield;
		sum += one;
	}
	return sum;
}

test("work in turns gives what it gives at once, and lets others have theirs when a turn is over", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 30 }), fc.nat(40), async (steps, to) => {
			let at = 0;
			let clock = 0;
			let longest = 0;
			let began = 0;
			const now = () => {
				clock += steps[at++ % Math.max(1, steps.length)] ?? 1;
				return clock;
			};
			const pause = async () => {
				longest = Math.max(longest, clock - began);
				began = clock;
			};
			expect(await inTurns(counting(to), now, pause)).toBe(atOnce(counting(to)));
			// Whatever one step takes, it is not followed by another one once the turn is over.
			expect(longest).toBeLessThanOrEqual(5 + 2 * 20);
		}),
	);
});

const name = fc.constantFrom("a", "b", "lib", "x.so", "conf.d", "ä", "1");
const paths = fc.uniqueArray(
	fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join("/")}`),
	{ maxLength: 60 },
);

test("a plan that was looked through in turns looks as one that was looked through at once", () => {
	fc.assert(
		fc.property(paths, fc.array(fc.boolean(), { minLength: 1 }), (texts, ins) => {
			const entries = [...texts].sort().map((text, at) => ({
				...entry(text),
				size: at * 7,
				decision: ins[at % ins.length] ? ("include" as const) : ("declined" as const),
				risks: at % 5 ? [] : (["secret"] as const),
			}));
			const [paused, whole] = [planOf(entries), planOf(entries)];
			const work = prepareModel(paused);
			let pauses = 0;
			while (!work.next().done) pauses++;
			if (texts.length) expect(pauses).toBeGreaterThan(0);
			const { plan: _, ...seen } = modelOf(paused);
			const { plan: __, ...expected } = modelOf(whole);
			expect(seen).toEqual(expected);
			expect(totalsOf(paused)).toEqual(totalsOf(whole));
		}),
	);
});
