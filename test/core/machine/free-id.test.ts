import { expect, test } from "vitest";
import { freeIds, subordinateRanges, systemRange } from "../../../src/core/machine/accounts.ts";

test("free ids start in the middle, skip used ones, and include every other one", () => {
	expect([...freeIds({ first: 1, last: 9 }, new Set([5, 6]), [{ first: 2, last: 3 }])]).toEqual([4, 1, 7, 8, 9]);
	expect([...freeIds({ first: 1, last: 3 }, new Set(), [{ first: 0, last: 10 }])]).toEqual([]);
	expect([...freeIds({ first: 4, last: 3 }, new Set(), [])]).toEqual([]);
});

test("invalid lines of subuid(5) are skipped", () => {
	const text = "me:100000:65536\n\n# no line\nother:5:0\n1000:7:1\nbad:-1:4\nbad:1\n";
	expect(subordinateRanges(text)).toEqual([
		{ first: 100_000, last: 165_535 },
		{ first: 7, last: 7 },
	]);
});

test.each([
	["", { first: 101, last: 999 }],
	["UID_MIN 500\n", { first: 101, last: 499 }],
	["#SYS_UID_MIN 5\nSYS_UID_MIN\t201\n  SYS_UID_MAX  300\n", { first: 201, last: 300 }],
	["SYS_UID_MIN 0\nSYS_UID_MAX x\n", { first: 101, last: 999 }],
])("the range of system accounts is read from %j", (text, range) => expect(systemRange(text)).toEqual(range));
