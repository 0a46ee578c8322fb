import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TerminalText } from "../../src/base/text.ts";

function shown(...pieces: string[]): string {
	const text = new TerminalText();
	return pieces.map((piece) => text.push(piece)).join("") + text.end();
}

describe("an application's output", () => {
	test.each([
		["text, tabs and line ends", "a\tb\r\nc\n", "a\tb\nc\n"],
		["letters of every script", "Grüße, 世界 😀\n", "Grüße, 世界 😀\n"],
		["a clipboard write (OSC 52)", "\x1b]52;c;cHduZWQ=\x07", "\\x1b]52;c;cHduZWQ=\\x07"],
		["a title, ended by ST", "\x1b]0;title\x1b\\", "\\x1b]0;title\\x1b\\"],
		["a cleared screen", "\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"],
		["a device control string", "\x1bP+q544e\x1b\\", "\\x1bP+q544e\\x1b\\"],
		["a report request", "\x1b[6n\x05", "\\x1b[6n\\x05"],
		["C1 controls", "\u009b2J\u009d0;x\u009c", "\\x9b2J\\x9d0;x\\x9c"],
		["a line that would be covered", "evil\rgood\n", "evil\\x0dgood\n"],
		["backspaces", "evil\b\b\b\bgood", "evil\\x08\\x08\\x08\\x08good"],
		["bidi controls", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
		["colours, and text that they hide", "\x1b[31;1mred\x1b[0m \x1b[8mhidden\x1b[m \x1b[38:2::1:2:3mx", "red hidden x"],
		["an invalid colour", "\x1b[31;1;\x07m", "\\x1b[31;1;\\x07m"],
		["a colour within another sequence", "\x1b]0;\x1b[0m\x07", "\\x1b]0;\\x07"],
	])("%s", (_what, output, expected) => {
		expect(shown(output)).toBe(expected);
		expect(shown(...output)).toBe(expected);
	});

	test("appears at once, except for the beginning of a sequence", () => {
		const text = new TerminalText();
		expect(text.push("Password: ")).toBe("Password: ");
		expect(text.push("\x1b[3")).toBe("");
		expect(text.push("1mred")).toBe("red");
		expect(text.push(`\x1b[${"1;".repeat(40)}`)).toContain("\\x1b[1;1;");
	});

	test("never controls a terminal, however it is split", () => {
		const unit = fc.constantFrom(..."\x1b[]8;m\x07\r\n\t\u009b\\aé\u202e\x7f");
		fc.assert(
			fc.property(fc.array(fc.array(unit).map((units) => units.join(""))), (pieces) => {
				const result = shown(...pieces);
				expect(result).not.toMatch(/[\p{Cf}]|(?![\n\t])\p{Cc}/u);
				expect(result).toBe(shown(pieces.join("")));
			}),
		);
	});
});
