import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeKeys, flushPending, nothingDecoded } from "../../src/wizard/state/keys.ts";
import { type Move, moveCursor, windowOf } from "../../src/wizard/state/list.ts";
import { editLine, type TextLine, textLine } from "../../src/wizard/state/text-line.ts";

function decodeAll(chunks: readonly string[]) {
	let decoded = nothingDecoded;
	const all = chunks.flatMap((chunk) => {
		decoded = decodeKeys(decoded, chunk);
		return decoded.keys;
	});
	return [...all, ...flushPending(decoded).keys];
}
const ids = (...chunks: string[]) => decodeAll(chunks).map(({ id }) => id);

describe("decodeKeys", () => {
	test.each<[string, string[], string[]]>([
		["several keys in one read", ["\x1b[B "], ["down", "space"]],
		["many of one letter", ["jjj"], ["j", "j", "j"]],
		["down and Enter", ["\x1b[B\r"], ["down", "enter"]],
		["an arrow cut in two", ["\x1b", "[A"], ["up"]],
		["an arrow cut in three", ["\x1b", "[", "B"], ["down"]],
		["a lone escape", ["\x1b"], ["escape"]],
		["escape and a letter", ["\x1bj"], ["escape", "j"]],
		["two escapes", ["\x1b\x1b"], ["escape", "escape"]],
		["arrows of the application mode", ["\x1bOA\x1bOD"], ["up", "left"]],
		["pages and ends", ["\x1b[5~\x1b[6~\x1b[H\x1b[4~"], ["pageup", "pagedown", "home", "end"]],
		["controls", ["\x03\x15\x0b\x17\x7f\t\x1b[Z"], ["ctrl-c", "ctrl-u", "ctrl-k", "ctrl-w", "backspace", "tab", "shift-tab"]],
		["function keys of terminals and of the console", ["\x1bOP\x1b[12~\x1b[[", "C"], ["f1", "f2", "f3"]],
		["unknown sequences fall away", ["\x1b[99;5u\x1b[1;5Aq"], ["q"]],
		["focus events are keys of their own", ["\x1b[I\x1b[Ok"], ["focus-in", "focus-out", "k"]],
		["letters beyond ASCII", ["ü€"], ["ü", "€"]],
	])("%s", (_, chunks, expected) => expect(ids(...chunks)).toEqual(expected));

	test("a paste is one text without marks, with spaces for line ends", () => {
		const { keys } = decodeKeys(nothingDecoded, "\x1b[200~redis-server\r\n--port 1\x1b[A\x1b[201~q");
		expect(keys).toEqual([
			{ id: "paste", text: "redis-server --port 1[A", lines: ["redis-server", "--port 1[A"] },
			{ id: "q", text: "q" },
		]);
	});

	test("lines that end with a backslash are joined", () => {
		const { keys } = decodeKeys(nothingDecoded, "\x1b[200~curl \\\n  -f localhost\x1b[201~");
		expect(keys).toEqual([{ id: "paste", text: "curl -f localhost" }]);
	});

	test("unmarked lines in one read differ from a pressed Enter", () => {
		const enters = (input: string) => decodeKeys(nothingDecoded, input).keys.filter((key) => key.id === "enter");
		expect(enters("curl a\rcurl b\r").every((key) => key.isAmongLines)).toBe(true);
		expect(["\x1b[B\r", "redis\r", "\r\r\r"].flatMap(enters).some((key) => key.isAmongLines)).toBe(false);
	});

	test("nothing in a paste is a command, wherever it is split", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (one, two) => {
				const input = "\x1b[200~quit now\rq\x1b[201~x";
				const [first, second] = [Math.min(one, two), Math.max(one, two)];
				const all = decodeAll([input.slice(0, first), input.slice(first, second), input.slice(second)]);
				expect(all.filter((key) => key.id !== "paste").map((key) => key.id)).toEqual(["x"]);
				expect(all.map((key) => key.text ?? "").join("")).toBe("quit now qx");
			}),
		);
	});

	test("the keys do not depend on where the input is split", () => {
		const pieces = fc.array(fc.constantFrom("\x1b[A", "\x1b[6~", "j", " ", "\r", "\x1bOB", "\x03"), { maxLength: 12 });
		fc.assert(
			fc.property(pieces, fc.array(fc.nat(60), { maxLength: 8 }), (parts, cuts) => {
				const input = parts.join("");
				const places = [0, ...cuts.filter((cut) => cut < input.length).sort((a, b) => a - b), input.length];
				const chunks = places.slice(1).map((end, index) => input.slice(places[index], end));
				expect(ids(...chunks)).toEqual(ids(input));
			}),
		);
	});
});

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
