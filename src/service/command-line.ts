import { quoteWord } from "../base/path/quote.ts";
import { trailing, withoutTrailing } from "../base/text.ts";

/** Why a typed command is invalid. `at` counts UTF-16 units from the start, so that a form can point there. */
export type CommandLineError =
	| { readonly code: "command-empty" }
	| { readonly code: "quote-unterminated"; readonly quote: "'" | '"'; readonly at: number }
	| { readonly code: "backslash-at-end"; readonly at: number }
	| { readonly code: "nul-in-command"; readonly at: number }
	/** A shell operator, expansion or comment: typed commands run without a shell. */
	| { readonly code: "shell-syntax"; readonly character: string; readonly at: number }
	/** `NAME=value program`: variables have an option of their own. */
	| { readonly code: "assignment-before-command"; readonly name: string; readonly at: number };

type SplitCommandLine = { readonly words: readonly string[] } | { readonly error: CommandLineError };

/** XCU 2.10.2 operators and XCU 2.6 expansions. Globs and `~` stay literal, like in a shell where nothing matches. */
const syntax = new Set("|;&<>()$`\n");
/** XCU 2.2.3: characters that a backslash escapes inside double quotes. */
const escapedInDouble = new Set('$`"\\');
const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=/;

/** Splits a typed command as a POSIX shell would (XCU 2.2 quoting, 2.3 token recognition), but expands nothing. */
export function splitCommandLine(text: string): SplitCommandLine {
	// Pasted commands often end with a line end.
	const bare = withoutTrailing(text, " \t\r\n");
	const line = trailing(bare, "\\") % 2 === 0 ? bare : text;
	const words: string[] = [];
	let word: string | undefined;
	let at = 0;
	while (at < line.length) {
		const character = line.charAt(at);
		if (character === "\0") return { error: { code: "nul-in-command", at } };
		if (character === " " || character === "\t") {
			if (word !== undefined) words.push(word);
			word = undefined;
			at += 1;
		} else if (syntax.has(character) || (character === "#" && word === undefined)) {
			return { error: { code: "shell-syntax", character, at } };
		} else if (character === "\\") {
			if (at + 1 >= line.length) return { error: { code: "backslash-at-end", at } };
			const next = line.charAt(at + 1);
			// XCU 2.2.1: a backslash and a newline are removed together.
			if (next !== "\n") word = (word ?? "") + next;
			at += 2;
		} else if (character === "'" || character === '"') {
			const quoted = character === "'" ? singleQuoted(line, at) : doubleQuoted(line, at);
			if ("error" in quoted) return quoted;
			word = (word ?? "") + quoted.value;
			at = quoted.end;
		} else {
			if (word === undefined && words.length === 0) {
				const name = assignment.exec(line.slice(at))?.[1];
				if (name !== undefined) return { error: { code: "assignment-before-command", name, at } };
			}
			word = (word ?? "") + character;
			at += 1;
		}
	}
	if (word !== undefined) words.push(word);
	const nul = words.some((each) => each.includes("\0")) ? line.indexOf("\0") : -1;
	if (nul >= 0) return { error: { code: "nul-in-command", at: nul } };
	return words.length === 0 || words[0] === "" ? { error: { code: "command-empty" } } : { words };
}

/** Returns a line that `splitCommandLine` and POSIX shells split into these words. */
export function joinCommandLine(words: readonly string[]): string {
	const [program = "", ...rest] = words;
	// quoteWord leaves `=` unquoted, which is wrong only in the first word.
	const first = assignment.test(program) ? `'${program.replaceAll("'", "'\\''")}'` : quoteWord(program);
	return [first, ...rest.map(quoteWord)].join(" ");
}

type QuotedWord = { readonly value: string; readonly end: number } | { readonly error: CommandLineError };

function singleQuoted(line: string, start: number): QuotedWord {
	const end = line.indexOf("'", start + 1);
	if (end < 0) return { error: { code: "quote-unterminated", quote: "'", at: start } };
	return { value: line.slice(start + 1, end), end: end + 1 };
}

function doubleQuoted(line: string, start: number): QuotedWord {
	let value = "";
	for (let at = start + 1; at < line.length; at += 1) {
		const character = line.charAt(at);
		if (character === '"') return { value, end: at + 1 };
		if (character === "$" || character === "`") return { error: { code: "shell-syntax", character, at } };
		const next = line.charAt(at + 1);
		if (character === "\\" && next === "\n") at += 1;
		else if (character === "\\" && escapedInDouble.has(next)) {
			value += next;
			at += 1;
		} else value += character;
	}
	return { error: { code: "quote-unterminated", quote: '"', at: start } };
}
