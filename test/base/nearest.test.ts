import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, nearest } from "../../src/base/nearest.ts";

const cages = ["redis", "nginx", "web", "mail-in", "mail-out"];

test.each([
	["reids", ["redis"]],
	["rediss", ["redis"]],
	["Redis", ["redis"]],
	["ngnix", ["nginx"]],
	["mail", ["mail-in", "mail-out"]],
	["redis-server", ["redis"]],
	["postgres", []],
	["xyz", []],
	["", []],
])("'%s' probably means %j", (word, expected) => {
	expect(nearest(word, cages)).toEqual(expected);
});

test("a known word is its own nearest, and a word with one edit finds it", () => {
	const name = fc.stringMatching(/^[a-z][a-z0-9-]{4,20}$/);
	fc.assert(
		fc.property(name, fc.nat(), fc.constantFrom("x", "7", "-"), (word, at, letter) => {
			const place = at % word.length;
			expect(nearest(word, [word, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzz"])[0]).toBe(word);
			for (const typed of [word.slice(0, place) + letter + word.slice(place), word.slice(0, place) + word.slice(place + 1)]) {
				expect(nearest(typed, [word])).toEqual([word]);
			}
		}),
	);
});

test("several words are quoted in one value, which is absent without any", () => {
	expect(didYouMean("mail", cages)).toEqual({ similar: "'mail-in', 'mail-out'" });
	expect(didYouMean("postgres", cages)).toEqual({});
});
