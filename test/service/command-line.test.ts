import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinCommandLine, splitCommandLine } from "../../src/service/command-line.ts";

function words(text: string): readonly string[] {
	const split = splitCommandLine(text);
	if ("error" in split) throw new Error(JSON.stringify(split.error));
	return split.words;
}

describe("a typed command", () => {
	it.each([
		["nginx", ["nginx"]],
		["  a \t b  ", ["a", "b"]],
		["nginx -g 'daemon off;'", ["nginx", "-g", "daemon off;"]],
		['a "b c" d', ["a", "b c", "d"]],
		["a b\\ c", ["a", "b c"]],
		["a '' \"\"", ["a", "", ""]],
		["a b'c'\"d\"e", ["a", "bcde"]],
		["a 'it'\\''s'", ["a", "it's"]],
		['a "\\$HOME \\` \\" \\\\ \\n"', ["a", '$HOME ` " \\ \\n']],
		["a '$HOME|;&'", ["a", "$HOME|;&"]],
		["a \\$HOME \\|", ["a", "$HOME", "|"]],
		["a b\\\nc", ["a", "bc"]],
		['a "b\\\nc"', ["a", "bc"]],
		["a *.txt ~ x#y k=v", ["a", "*.txt", "~", "x#y", "k=v"]],
		["a b\r\n", ["a", "b"]],
		["a b\\ ", ["a", "b "]],
		["ls 'Grüße 日本'", ["ls", "Grüße 日本"]],
	])("%j is split", (text, expected) => expect(words(text)).toEqual(expected));

	it.each([
		["", { code: "command-empty" }],
		["  \n", { code: "command-empty" }],
		["''", { code: "command-empty" }],
		["a 'b", { code: "quote-unterminated", quote: "'", at: 2 }],
		['a "b', { code: "quote-unterminated", quote: '"', at: 2 }],
		["a b\\", { code: "backslash-at-end", at: 3 }],
		["a | b", { code: "shell-syntax", character: "|", at: 2 }],
		["a; b", { code: "shell-syntax", character: ";", at: 1 }],
		["a &", { code: "shell-syntax", character: "&", at: 2 }],
		["a >f", { code: "shell-syntax", character: ">", at: 2 }],
		["a <f", { code: "shell-syntax", character: "<", at: 2 }],
		["a $HOME", { code: "shell-syntax", character: "$", at: 2 }],
		['a "$HOME"', { code: "shell-syntax", character: "$", at: 3 }],
		["a `b`", { code: "shell-syntax", character: "`", at: 2 }],
		["(a)", { code: "shell-syntax", character: "(", at: 0 }],
		["a\nb", { code: "shell-syntax", character: "\n", at: 1 }],
		["a # b", { code: "shell-syntax", character: "#", at: 2 }],
		["A=b c", { code: "assignment-before-command", name: "A", at: 0 }],
		["a \0", { code: "nul-in-command", at: 2 }],
		["a '\0'", { code: "nul-in-command", at: 3 }],
	])("%j is refused", (text, error) => expect(splitCommandLine(text)).toEqual({ error }));

	it("reads back any joined words", () => {
		const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
		fc.assert(
			fc.property(
				word.filter((text) => text !== ""),
				fc.array(word),
				(program, rest) => void expect(words(joinCommandLine([program, ...rest]))).toEqual([program, ...rest]),
			),
		);
	});
});
