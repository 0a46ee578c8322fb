import fc from "fast-check";
import { expect, test } from "vitest";
import { isOutstanding } from "../../../src/selftest/engine/alarm-coverage.ts";
import { allTechniques } from "../../../src/selftest/techniques.ts";

const order = allTechniques.map(({ id }) => id);
const some = fc.subarray(order);

test("records are awaited exactly for techniques that run after the last one with a record", () => {
	fc.assert(
		fc.property(some, some, (ids, recorded) => {
			const last = Math.max(-1, ...recorded.map((id) => order.indexOf(id)));
			expect(isOutstanding(ids, new Set(recorded))).toBe(ids.some((id) => order.indexOf(id) > last));
		}),
	);
});

test("a silent technique is not awaited once a later one has a record", () => {
	const [first = "", second = ""] = order;
	expect(isOutstanding([first, second], new Set())).toBe(true);
	expect(isOutstanding([first, second], new Set([first]))).toBe(true);
	expect(isOutstanding([first, second], new Set([second]))).toBe(false);
});
