import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLines, encodeLines, MadeList } from "../../../src/core/session/session.ts";

test("a list that is made while it is written comes back as a list, long or short, in lines or in one piece", () => {
	fc.assert(
		fc.property(fc.array(fc.jsonValue(), { maxLength: 40 }), (elements) => {
			const whole = JSON.parse(JSON.stringify({ before: 1, elements })) as unknown;
			const value = { before: 1, elements: new MadeList(elements.length, () => elements) };
			expect(decodeLines([...encodeLines(value)])).toEqual(whole);
			expect(JSON.parse(JSON.stringify(value))).toEqual(whole);
		}),
	);
});

test("no more of it is made than was asked for", () => {
	let made = 0;
	const elements = function* () {
		for (; made < 1000; made++) yield made;
	};
	const lines = encodeLines({ elements: new MadeList(1000, elements) });
	for (let taken = 0; taken < 10; taken++) lines.next();
	expect(made).toBeLessThan(10);
});
