import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editLine, type TextLine, textLine } from "../../src/wizard/line.ts";
import { type Move, moveCursor, windowOf } from "../../src/wizard/list.ts";

/** `|` marks the cursor. */
const at = (marked: string): TextLine => ({ text: marked.replace("|", ""), at: marked.indexOf("|") });
const shown = ({ at: place, text }: TextLine) => `${text.slice(0, place)}|${text.slice(place)}`;

describe("editLine", () => {
	test.each([
		["a|c", "left", "|ac"],
		["|ac", "left", "|ac"],
		["ac|", "right", "ac|"],
		["a|c", "backspace", "|c"],
		["a|c", "delete", "a|"],
		["ab|cd", "home", "|abcd"],
		["ab|cd", "end", "abcd|"],
		["ab|cd", "ctrl-u", "|cd"],
		["ab|cd", "ctrl-k", "ab|"],
		["one two |three", "ctrl-w", "one |three"],
		["one|", "ctrl-w", "|"],
		["   |", "ctrl-w", "|"],
		["a👩‍👩‍👧|b", "backspace", "a|b"],
		["|👩‍👩‍👧b", "right", "👩‍👩‍👧|b"],
	])("%s %s", (before, key, after) => expect(shown(editLine(at(before), { id: key }) ?? textLine("?"))).toBe(after));

	test("inserts typed and pasted text", () => {
		expect(shown(editLine(at("a|c"), { id: "b", text: "b" }) ?? textLine(""))).toBe("ab|c");
		expect(shown(editLine(at("a|c"), { id: "paste", text: "xyz" }) ?? textLine(""))).toBe("axyz|c");
	});

	test("ignores other keys", () => {
		expect(editLine(at("a|"), { id: "enter" })).toBeUndefined();
		expect(editLine(at("a|"), { id: "up" })).toBeUndefined();
	});
});

const anyMove = fc.constantFrom<Move>("up", "down", "page-up", "page-down", "first", "last");

describe("a list", () => {
	test("never loses its cursor and never outgrows its height", () => {
		fc.assert(
			fc.property(
				fc.nat(5000),
				fc.integer({ min: 1, max: 200 }),
				fc.array(anyMove, { maxLength: 40 }),
				(count, height, moves) => {
					let cursor = 0;
					for (const move of moves) {
						cursor = moveCursor(cursor, move, count, height);
						const { end, start } = windowOf(cursor, count, height);
						expect(end - start).toBe(Math.min(height, count));
						expect(start).toBeGreaterThanOrEqual(0);
						expect(end).toBeLessThanOrEqual(count);
						if (count) expect(cursor >= start && cursor < end).toBe(true);
					}
				},
			),
		);
	});

	test("shows rows if the cursor is beyond a list that became shorter", () => {
		expect(windowOf(99, 10, 4)).toEqual({ start: 6, end: 10 });
		expect(windowOf(0, 0, 4)).toEqual({ start: 0, end: 0 });
		expect(windowOf(3, 10, 0)).toEqual({ start: 3, end: 3 });
	});
});
