import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathFromBytes, pathFromText } from "../../../src/core/path/path.ts";
import { printable, printableJson, quoteShell, quoteShellLine, showPath } from "../../../src/core/path/quote.ts";

/** Returns the words of a line as a real shell parses them, byte for byte. */
function splitByShell(line: string): string[] {
	const script = Buffer.from(`printf '%s\\0' ${line}\n`, "latin1");
	return execFileSync("sh", ["-s"], { input: script, encoding: "latin1" }).split("\0").slice(0, -1);
}

describe("quoting for a shell", () => {
	test.each([
		["plain", "plain"],
		["/usr/bin/app", "/usr/bin/app"],
		["K=v,w:x@y%z+1", "K=v,w:x@y%z+1"],
		["", "''"],
		["a b", "'a b'"],
		["it's", "'it'\\''s'"],
		["~", "'~'"],
		["$HOME", "'$HOME'"],
		["a\n", "'a\n'"],
		["#", "'#'"],
		["!", "'!'"],
		["\x1b[2J", `''"$(printf '\\033')"'[2J'`],
		["a\r\x7fb\n", `'a'"$(printf '\\015\\177')"'b\n'`],
	])("%j is %j", (word, quoted) => expect(quoteShell(word)).toBe(quoted));

	test("a real sh returns every word unchanged", () => {
		const hostile = [
			...["a b", "it's", "''", "'", '"', "\\", "\n", "\r", "$(id)", "`id`", "$HOME", "*", "?", "~root", ";", "&", "|", ">x"],
			...["#x", "-n", "\x1b[2J", "\xff\xfe", "é", "", "\t", "{a,b}", "[a]", "!!", "a=b", "%s", "\\0", "'\\''"],
		];
		expect(splitByShell(quoteShellLine(hostile))).toEqual(hostile);
		const word = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString("latin1"));
		fc.assert(
			fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), (words) => {
				expect(splitByShell(quoteShellLine(words))).toEqual(words);
			}),
			{ numRuns: 30 },
		);
	});
});

describe("text that is shown", () => {
	test.each<[string, string, string]>([
		["an escape sequence", "\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"],
		["an escape sequence of one byte", "\x9b2J", "\\x9b2J"],
		["lines and tabs", "a\nb\tc\r", "a\\nb\\tc\\x0d"],
		["backspaces", "rm\b\bls", "rm\\x08\\x08ls"],
		["DEL and NUL", "\x7f\0", "\\x7f\\x00"],
		["marks that turn text around", "a\u202egnp.exe\u2066x\u200f", "a\\u{202e}gnp.exe\\u{2066}x\\u{200f}"],
		["marks without width", "pass\u200bwd\u2060\ufeff\u00ad", "pass\\u{200b}wd\\u{2060}\\u{feff}\\xad"],
		["separators of lines and paragraphs", "a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
		["tags", "a\u{e0041}", "a\\u{e0041}"],
		["letters that look like nothing", "a\u3164\u115f\uffa0\u034f", "a\\u{3164}\\u{115f}\\u{ffa0}\\u{34f}"],
		["selectors of other shapes", "a\ufe0f\u180b\u{e0100}", "a\\u{fe0f}\\u{180b}\\u{e0100}"],
	])("%s cannot control a terminal or mislead the reader", (_, text, shown) => expect(printable(text)).toBe(shown));

	test("ordinary text stays unchanged", () => {
		for (const text of ["Größe", "日本語", "עברית", "العربية", "हिन्दी", "é", "a b\u00a0c", "🦊", "/usr/lib/a+b@c.so"]) {
			expect(printable(text)).toBe(text);
		}
	});
	test("the result contains no character that needs escaping", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
				expect(printable(printable(text))).toBe(printable(text));
			}),
		);
	});
	test("JSON keeps its meaning and contains no such character either", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expect(printableJson(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
				expect(JSON.parse(printableJson({ text: [text] }, 2))).toEqual({ text: [text] });
			}),
		);
		expect(printableJson({ a: "\u009b\u{e0041}" }, 2)).toBe('{\n  "a": "\\u009b\\udb40\\udc41"\n}');
	});
	test("a path that is no text shows each byte", () => {
		expect(showPath(pathFromBytes(Buffer.from("/a\xff\x1b\né", "latin1")))).toBe("/a\\xff\\x1b\\x0a\\xe9");
		expect(showPath(pathFromText("/é\n\u202e"))).toBe("/é\\n\\u{202e}");
	});
});
