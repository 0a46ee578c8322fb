import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/core/path/path.ts";
import { applyBuildEvent, type Building, nothingBuilt, secondsLeft } from "../../src/wizard/progress.ts";

const total = 100_000_000;

function copied(building: Building, bytesDone: number, at?: number): Building {
	return applyBuildEvent(building, { event: "file-copied", path: pathFromText("/f"), bytesDone, bytesTotal: total }, at);
}

/** Samples with this speed, ten per second. */
function steadily(perSecond: number, seconds: number, from: Building = nothingBuilt, since = 0, start = 0): Building {
	let building = from;
	for (let at = 0; at <= seconds * 1000; at += 100) building = copied(building, start + (perSecond * at) / 1000, since + at);
	return building;
}

describe("the time that is left", () => {
	test("is unknown without a clock, from one sample, or within a second", () => {
		expect(secondsLeft(nothingBuilt)).toBeUndefined();
		expect(secondsLeft(copied(copied(nothingBuilt, 1), 2))).toBeUndefined();
		expect(secondsLeft(copied(nothingBuilt, 50_000_000, 5000))).toBeUndefined();
		expect(secondsLeft(steadily(10_000_000, 0.9))).toBeUndefined();
	});
	test("depends only on bytes and times", () => {
		expect(secondsLeft(steadily(10_000_000, 2))).toBeCloseTo(8, 5);
		expect(secondsLeft(steadily(1_000_000, 5))).toBeCloseTo(95, 5);
	});
	test("is unknown without progress", () => expect(secondsLeft(steadily(0, 5))).toBeUndefined());
	test("adapts to a disk that becomes slow", () => {
		const fast = steadily(10_000_000, 5);
		const slow = steadily(1_000_000, 20, fast, 5000, 50_000_000);
		expect(secondsLeft(slow)).toBeCloseTo(30, 0);
		expect(slow.samples.length).toBeLessThan(100);
	});
	test("ends with the bytes", () => expect(secondsLeft(steadily(50_000_000, 2))).toBeUndefined());
	test("uses the last event of a frame", () => {
		const building = copied(copied(copied(nothingBuilt, 1, 0), 2, 0), 3, 0);
		expect(building.samples).toEqual([{ at: 0, bytes: 3 }]);
	});
});

test("starts again with each phase", () => {
	const next = applyBuildEvent(steadily(10_000_000, 5), { event: "phase-started", phase: "seeding" }, 6000);
	expect(next).toEqual({ ...nothingBuilt, phase: "seeding" });
	expect(secondsLeft(copied(next, 10, 7100))).toBeUndefined();
});
