import { expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { generationsToClear, type OldGeneration } from "../../src/cage/cage.ts";
import { cagePaths } from "../../src/cage/host/cages.ts";

const day = 24 * 60 * 60 * 1000;
const now = 100 * day;
/** One generation per day, the last one today. */
const made = (...numbers: readonly number[]): OldGeneration[] =>
	numbers.map((generation) => ({ generation, madeAt: now - (Math.max(...numbers) - generation) * day, runs: false }));

test("as many old generations stay as the rule says, the newest of them", () => {
	expect(generationsToClear(made(1, 2, 3, 4, 5), 5, { generations: 2 }, now)).toEqual([2, 1]);
	expect(generationsToClear(made(1, 2), 2, { generations: 2 }, now)).toEqual([]);
});

test("too old generations go, whatever their number, except the latest before the present", () => {
	expect(generationsToClear(made(1, 2, 3, 4, 5), 5, { generations: 9, days: 2 }, now)).toEqual([2, 1]);
	expect(generationsToClear(made(1, 5), 5, { generations: 9, days: 2 }, now)).toEqual([]);
	expect(generationsToClear(made(1, 2, 3), 3, { generations: 0 }, now)).toEqual([1]);
});

test("after a rollback, the newest generation stays too", () => {
	expect(generationsToClear(made(1, 2, 3, 4), 2, { generations: 1 }, now)).toEqual([3]);
});

test("a generation with a running process stays", () => {
	const all = made(1, 2, 3, 4).map((one) => ({ ...one, runs: one.generation === 1 }));
	expect(generationsToClear(all, 4, { generations: 1 }, now)).toEqual([2]);
});

test("a clock that jumped back, or an unreadable date, makes no generation old", () => {
	expect(generationsToClear(made(1, 2, 3), 3, { generations: 9, days: 1 }, now - 50 * day)).toEqual([]);
	const undated = [{ generation: 1, runs: false }, ...made(2, 3)];
	expect(generationsToClear(undated, 3, { generations: 9, days: 1 }, now)).toEqual([]);
});

test.each([
	["größe", "größe"],
	["a\u001b[31m", "a\\x1b[31m"],
])("the invalid name %j is shown as it was given, without control characters", (name, shown) => {
	expect(() => cagePaths(pathFromText("/state"), name)).toThrow(
		expect.objectContaining({ code: "bad-name", exit: 2, values: { name: shown } }),
	);
});
