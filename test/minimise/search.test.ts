import fc from "fast-check";
import { expect, test } from "vitest";
import { findUnneeded, lastThatWorks, type SearchProgress } from "../../src/minimise/search.ts";
import { halves, searchOrder, type Unit } from "../../src/minimise/units.ts";

const { signal } = new AbortController();

const unit = (place = "", needs: readonly number[] = []): Unit => ({ needs, place: place.split("/") });

const plain = (count: number) => Array.from({ length: count }, () => unit());

/** A search with a perfect oracle: the application needs exactly these units. */
async function search(units: readonly Unit[], needed: ReadonlySet<number>, jobs = 1, pinned: ReadonlySet<number> = new Set()) {
	const asked: number[][] = [];
	const found = await findUnneeded({
		units,
		pinned,
		jobs,
		signal,
		async works(left) {
			asked.push([...left]);
			await Promise.resolve();
			return ![...left].some((one) => needed.has(one));
		},
	});
	return { ...found, asked };
}

/** Generates a number of units and the needed ones among them. */
const needs = fc
	.integer({ min: 1, max: 300 })
	.chain((count) => fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat(count - 1), { maxLength: 20 })));
const jobs = fc.integer({ min: 1, max: 5 });

test("exactly the unneeded units are left out, however many trials run at once", async () => {
	await fc.assert(
		fc.asyncProperty(needs, jobs, async ([count, needed], side) => {
			const { isComplete, left } = await search(plain(count), new Set(needed), side);
			expect(isComplete).toBe(true);
			expect([...left].sort((a, b) => a - b)).toEqual([...Array(count).keys()].filter((one) => !needed.includes(one)));
		}),
	);
});

test("the search takes about k·log2(n) trials", async () => {
	await fc.assert(
		fc.asyncProperty(needs, async ([count, needed]) => {
			const { trials } = await search(plain(count), new Set(needed));
			const k = Math.max(1, needed.length);
			// Halves are tried one after the other, and the current set is tried again if nothing else works.
			expect(trials).toBeLessThanOrEqual(2 * k * (Math.log2(count / k) + 2) + 3);
		}),
	);
});

test("pinned units are never tried", async () => {
	await fc.assert(
		fc.asyncProperty(needs, fc.uniqueArray(fc.nat(299)), jobs, async ([count, needed], pins, side) => {
			const pinned = new Set(pins.filter((one) => one < count));
			const { asked, left } = await search(plain(count), new Set(needed), side, pinned);
			expect([...asked.flat(), ...left].filter((one) => pinned.has(one))).toEqual([]);
		}),
	);
});

test("a unit is never tried without what it needs: dependents go first", async () => {
	await fc.assert(
		fc.asyncProperty(needs, fc.array(fc.tuple(fc.nat(299), fc.nat(299)), { maxLength: 200 }), jobs, async (size, edges, side) => {
			const [count, needed] = size;
			// Dependencies lead from a lower to a higher number, so there is no cycle.
			const units = [...Array(count).keys()].map((one) =>
				unit(
					"",
					edges.flatMap(([a, b]) => (a === one && b > a && b < count ? b : [])),
				),
			);
			const all = new Set(needed);
			for (const one of all) for (const other of units[one]?.needs ?? []) all.add(other);
			const { asked, left } = await search(units, all, side);
			expect([...left].sort((a, b) => a - b)).toEqual([...Array(count).keys()].filter((one) => !all.has(one)));
			for (const set of asked) {
				const out = new Set(set);
				expect(units.every((one, at) => out.has(at) || !one.needs.some((need) => out.has(need)))).toBe(true);
			}
		}),
	);
});

test("libraries that need each other are decided too", async () => {
	const units = [unit("", [1]), unit("", [0]), unit("", [0]), unit()];
	expect([...(await search(units, new Set([3]))).left].sort()).toEqual([0, 1, 2]);
	expect([...(await search(units, new Set([0]))).left].sort()).toEqual([2, 3]);
});

test("with an inconsistent oracle, the result was still tried and worked", async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.boolean()), jobs, async (count, answers, side) => {
			// The oracle gives each set a fixed answer, without any order among them.
			const known = new Map<string, boolean>();
			const works = async (left: ReadonlySet<number>) => {
				const key = [...left].sort((a, b) => a - b).join();
				if (!known.has(key)) known.set(key, answers.next().value ?? false);
				return known.get(key) ?? false;
			};
			const { left, trials } = await findUnneeded({ units: plain(count), pinned: new Set(), jobs: side, signal, works });
			expect(left.size === 0 || (await works(left))).toBe(true);
			expect(trials).toBeLessThan(40 * count + 40);
		}),
	);
});

test("of two alternative files, one stays", async () => {
	const works = async (left: ReadonlySet<number>) => !(left.has(3) && left.has(17));
	for (const side of [1, 2, 4]) {
		const { left } = await findUnneeded({ units: plain(20), pinned: new Set(), jobs: side, signal, works });
		expect(left.size).toBe(19);
		expect(await works(left)).toBe(true);
	}
});

test("a unit that only another left-out unit needed goes too, so that no remaining unit could go alone", async () => {
	const pairs = fc.array(fc.tuple(fc.nat(29), fc.integer({ min: 30, max: 59 })), { maxLength: 10 });
	const some = fc.uniqueArray(fc.nat(59), { maxLength: 8 });
	await fc.assert(
		fc.asyncProperty(pairs, some, jobs, async (modules, needed, side) => {
			// A setting that loads a module fails without it, and nothing needs the setting.
			const works = async (left: ReadonlySet<number>) =>
				!needed.some((one) => left.has(one)) && !modules.some(([module, setting]) => left.has(module) && !left.has(setting));
			const { isComplete, left } = await findUnneeded({ units: plain(60), pinned: new Set(), jobs: side, signal, works });
			expect(isComplete).toBe(true);
			const rest = [...Array(60).keys()].filter((one) => !left.has(one));
			for (const one of rest) expect(await works(new Set([...left, one]))).toBe(false);
		}),
	);
});

test("a trial that failed by chance keeps nothing", async () => {
	let unsteady = 3;
	const works = async (left: ReadonlySet<number>) => !left.has(7) && (left.size < 50 || unsteady-- <= 0);
	const { left } = await findUnneeded({ units: plain(64), pinned: new Set(), jobs: 1, signal, works });
	expect(left.size).toBe(63);
});

test("a trial that passed by chance is reverted", async () => {
	const needed = new Set(Array.from({ length: 30 }, (_, at) => at * 2));
	let lies = 1;
	const works = async (left: ReadonlySet<number>) => {
		const isFine = ![...left].some((one) => needed.has(one));
		// The oracle claims once that a whole half is unneeded.
		return isFine || (left.size > 20 && left.size < 50 && lies-- > 0);
	};
	const { left } = await findUnneeded({ units: plain(64), pinned: new Set(), jobs: 2, signal, works });
	expect([...left].filter((one) => needed.has(one))).toEqual([]);
	expect(left.size).toBe(34);
});

test("an often wrong oracle causes only a few restarts", async () => {
	await fc.assert(
		fc.asyncProperty(needs, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async ([count, needed], chance) => {
			const works = async (left: ReadonlySet<number>) =>
				![...left].some((one) => needed.includes(one)) !== (chance.next().value === 0);
			const { trials } = await findUnneeded({ units: plain(count), pinned: new Set(), jobs: 2, signal, works });
			expect(trials).toBeLessThan(20 * count + 60);
		}),
	);
});

test("the search stops on its signal with the result so far", async () => {
	const stop = new AbortController();
	const progress: SearchProgress[] = [];
	const { isComplete, left } = await findUnneeded({
		units: plain(100),
		pinned: new Set(),
		jobs: 2,
		signal: stop.signal,
		async works(set) {
			await Promise.resolve();
			stop.signal.throwIfAborted();
			return !set.has(7);
		},
		onTrial(one) {
			progress.push(one);
			if (one.leftOut >= 50) stop.abort();
		},
	});
	expect(isComplete).toBe(false);
	expect(left.size).toBeGreaterThanOrEqual(50);
	expect(left.has(7)).toBe(false);
	expect(progress.at(-1)?.leftOut).toBe(left.size);
	expect(progress.every(({ estimated, trials }) => estimated >= trials)).toBe(true);
});

test("a failing trial ends the search once the others are over", async () => {
	let running = 0;
	const works = async () => {
		running++;
		await Promise.resolve();
		running--;
		throw new Error("no more room");
	};
	const request = { units: plain(8), pinned: new Set<number>(), jobs: 3, signal, works };
	await expect(findUnneeded(request)).rejects.toThrow("no more room");
	expect(running).toBe(0);
});

test("a part is split between groups, packages or folders", () => {
	const places = ["a/p/1", "a/p/1", "a/p/2", "a/q/1", "a/q/1", "b/r/1", "b/r/1", "b/r/1"];
	const units = places.map((place) => unit(place));
	const split = (...part: number[]) => halves(part, units).map((half) => half.join(" "));
	expect(split(0, 1, 2, 3, 4, 5, 6, 7)).toEqual(["0 1 2 3 4", "5 6 7"]);
	expect(split(0, 1, 2, 3, 4)).toEqual(["0 1 2", "3 4"]);
	expect(split(0, 1)).toEqual(["0", "1"]);
});

test("dependents come before what they need", () => {
	const units = [unit("z", []), unit("a", [0]), unit("b", [1]), unit("c")];
	expect(searchOrder(units, [0, 1, 2, 3])).toEqual([2, 1, 3, 0]);
});

test("the largest working step is found, or none", async () => {
	const steps = Array.from({ length: 9 }, (_, at) => new Set(Array.from({ length: at + 1 }, (_one, index) => index)));
	for (const bad of [0, 1, 4, 8]) expect(await lastThatWorks(steps, async (left) => !left.has(bad))).toBe(steps[bad - 1]);
	expect(await lastThatWorks(steps, async () => true)).toBe(steps[8]);
	expect(await lastThatWorks([], async () => true)).toBeUndefined();
});
