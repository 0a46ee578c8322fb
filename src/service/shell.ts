import { baseName, type Path } from "../base/path/path.ts";

/** Words that precede another command. */
const leading = /^(?:!|then|do|else|elif|if|while|until|time|exec|nohup|sudo|env|command|\{)$/;

/** The shell's builtins (XCU 2.14 and dash's additions) and reserved words. */
const builtIn = new Set(
	"[ . : alias bg bind break case cd continue done echo esac eval exit export false fg fi for function getopts hash in jobs kill let local printf pwd read readonly return select set shift source test times trap true type ulimit umask unalias unset wait }".split(
		" ",
	),
);

/**
 * Returns the programs that a shell line calls by name, without running it: the first word of each simple command, including
 * those in `$(…)`. Ignores words with variables and patterns.
 */
export function programsOfLine(line: string): string[] {
	const programs = simpleCommands(line).flatMap(({ text }) => {
		const first = firstWord(text);
		return first !== undefined && /^[\w./+@-]+$/.test(first) && !first.startsWith("-") && !builtIn.has(first) ? [first] : [];
	});
	return [...new Set(programs)];
}

/**
 * Whether a shell line may succeed without one of its programs: it has an alternative (`||`, `if`, `case`, a loop), or other
 * commands than simple ones (a function, arithmetic, a here-document).
 */
export function hasAlternatives(line: string): boolean {
	const commands = simpleCommands(line);
	return commands.some((command, index) => isOptional(command, commands.slice(index + 1, index + 3)));
}

/** Statuses of a shell line whose program cannot be executed or is not found (XCU 2.8.2). They do not change by waiting. */
export function cannotRun(status: number): boolean {
	return status === 126 || status === 127;
}

/** Returns the first line of a shell's message without its name and line: "/bin/sh: 1: dig: not found" becomes "dig: not found". */
export function withoutShellName(message: string): string {
	const [first = ""] = message.trim().split("\n");
	return first.replace(/^\S*sh: (?:-c: )?(?:line )?\d+: (?:Syntax error: )?/i, "");
}

/** Returns a simple command's first word without redirections, assignments and words that precede another command. */
function firstWord(command: string): string | undefined {
	return command
		.replace(/(?<!\d)\d*[<>]+&?\s*\S*/g, " ")
		.split(/\s+/)
		.find((word) => word !== "" && !leading.test(word) && !/^[A-Za-z_]\w*=/.test(word));
}

/** Commands after which `||` only changes the status of a line that has failed. */
const failing = /^(exit|return|false)(\s+[1-9]\d*)?$/;

/** Whether a line with this command, followed by these, may succeed without it or without them. */
function isOptional({ end, text }: SimpleCommand, [next, other]: readonly SimpleCommand[]): boolean {
	const isNextEmpty = next !== undefined && next.text.trim() === "";
	if (/(^|\s)(if|case|while|until|for|function|alias)(\s|$)/.test(text) || text.includes("<<")) return true;
	if (end === "|" && isNextEmpty && next.end === "|") return !failing.test(other?.text.trim() ?? "");
	// `name()` and `$((`.
	return (
		(end === "(" && isNextEmpty && next.end === ")" && text.trim() !== "") || (end === "$(" && isNextEmpty && next.end === "(")
	);
}

interface SimpleCommand {
	/** Quoted text is a word that no program has as its name. */
	readonly text: string;
	/** The operator after it, one character or `$(`; empty at the end of the line. */
	readonly end: string;
}

/** Splits a line into simple commands. */
function simpleCommands(line: string): SimpleCommand[] {
	const commands: SimpleCommand[] = [];
	/** An array of pieces, because appending to a string that is also inspected copies it for each character. */
	let command: string[] = [];
	const cut = (end: string) => {
		commands.push({ text: command.join(""), end });
		command = [];
	};
	/** For each level of `$(`, whether it is inside double quotes. */
	const levels: boolean[] = [];
	let isQuoted = false;
	for (let at = 0; at < line.length; at++) {
		const [character = "", next] = [line[at], line[at + 1]];
		if (character === "\\") {
			command.push("?");
			at++;
		} else if (character === "'" && !isQuoted) {
			at = endOfQuote(line, at);
			command.push("?");
		} else if (character === '"') {
			isQuoted = !isQuoted;
			command.push("?");
		} else if (character === "$" && next === "(") {
			levels.push(isQuoted);
			isQuoted = false;
			at++;
			command.push("?");
			cut("$(");
		} else if (isQuoted) command.push(/\s/.test(character) ? "?" : `${character}?`);
		else if (character === ")" && levels.length) {
			isQuoted = levels.pop() ?? false;
			cut(character);
			command = ["?"];
		} else if (character === "#" && /^\s?$/.test(command.at(-1) ?? "")) break;
		else if (character === "&" && /^[<>]$/.test(command.at(-1) ?? "")) command.push(character);
		else if (/[;|&()\n`]/.test(character)) cut(character);
		else command.push(character);
	}
	cut("");
	return commands;
}

function endOfQuote(line: string, start: number): number {
	const end = line.indexOf("'", start + 1);
	return end < 0 ? line.length : end;
}

/** The final command. `missing` names variables that are unset or set by the line itself; they count as empty. */
interface ShellExec {
	readonly words: readonly string[];
	readonly missing: readonly string[];
	/** Simple commands before it, such as `mkdir` and `chown`, without complex ones. */
	readonly before: readonly (readonly string[])[];
}

type Variables = Readonly<Record<string, string>>;

/** Thrown and caught here: the line uses more of the shell than words and variables. */
class TooClever extends Error {}

const shells = /^(ba|da|k|z|a)?sh$/;

export function isShell(program: string): boolean {
	return shells.test(baseName(program as Path));
}

/**
 * Returns the command of `sh -c LINE` if the line ends in `exec COMMAND`, as in many units (mariadb, slapd), so that the cage
 * needs no shell. Understands quotes, `$NAME`, `${NAME}`, `${NAME:+WORD}` and `${NAME:-WORD}` (XCU 2.2, 2.6.2). Returns
 * undefined for other lines.
 */
export function execOfShellLine(command: readonly string[], variables: Variables): ShellExec | undefined {
	const [program = "", option, line = "", ...more] = command;
	if (!isShell(program) || option !== "-c" || more.length > 0) return undefined;
	const end = lastExec(line);
	const last = end && read(end.command, variables);
	if (end === undefined || last === undefined || !last.words[0]) return undefined;
	const before = end.before.split(/[;\n]/);
	const plain = before.map((part) => read(part, variables)?.words ?? []).filter((words) => words.length > 0);
	return { ...last, before: plain };
}

/** Finds the last `exec` that begins a command, and the text before it. After `then` it counts only if it is the only one. */
function lastExec(line: string): { readonly before: string; readonly command: string } | undefined {
	let found: { before: string; command: string } | undefined;
	for (const { 0: word, index } of line.matchAll(/exec\s+/g)) {
		const before = line.slice(0, index).trimEnd();
		const command = line.slice(index + word.length);
		const ends = /[;&|]$/.exec(before.slice(-1)) !== null;
		if (ends || line.slice(before.length, index).includes("\n")) found = { before: ends ? before.slice(0, -1) : before, command };
		else if (before === "") found ??= { before, command };
		else if (before.length < index && /(^|\W)then$/.test(before.slice(-5))) found ??= { before: before.slice(0, -4), command };
	}
	return found;
}

/** Parses one simple command; undefined if it is more complex. */
function read(text: string, variables: Variables): Omit<ShellExec, "before"> | undefined {
	const reader = new Reader(text.trim(), variables);
	try {
		return { words: reader.words(), missing: [...reader.missing] };
	} catch (error) {
		if (error instanceof TooClever) return undefined;
		throw error;
	}
}

/** Maximum nesting of words. */
const deepest = 20;

class Reader {
	readonly missing = new Set<string>();
	readonly #text: string;
	readonly #variables: Variables;
	#at = 0;
	#depth = 0;
	#done: string[] = [];
	#word: string | undefined;

	constructor(text: string, variables: Variables) {
		this.#text = text;
		this.#variables = variables;
	}

	words(): string[] {
		this.#read("", false);
		this.#finish();
		return this.#done;
	}

	/** Reads to `end` (exclusive) or the end of the text. */
	#read(end: string, quoted: boolean): void {
		if (++this.#depth > deepest) throw new TooClever();
		this.#readTo(end, quoted);
		this.#depth--;
	}

	#readTo(end: string, quoted: boolean): void {
		for (; this.#at < this.#text.length; this.#at += 1) {
			const character = this.#text.charAt(this.#at);
			const next = this.#text.charAt(this.#at + 1);
			if (character === end) return;
			if (character === "`" || (!quoted && ";&|<>()\n#".includes(character))) throw new TooClever();
			if (character === "\\" && (!quoted || '$`"\\\n'.includes(next))) {
				this.#at += 1;
				if (next !== "\n") this.#add(next);
			} else if (character === '"') {
				this.#at += 1;
				this.#add("");
				// In `"${A:+…}"` a quote does not end the text, which the author of such a line does not expect.
				if (quoted) throw new TooClever();
				this.#read('"', true);
				this.#expect('"');
			} else if (character === "'" && !quoted) {
				const close = this.#text.indexOf("'", this.#at + 1);
				if (close < 0) throw new TooClever();
				this.#add(this.#text.slice(this.#at + 1, close));
				this.#at = close;
			} else if (character === "$") this.#variable(quoted);
			else if (!quoted && (character === " " || character === "\t")) this.#finish();
			else this.#add(character);
		}
	}

	/** Reads `$NAME`, `${NAME}`, `${NAME:+WORD}` or `${NAME:-WORD}` and stops at its last character. */
	#variable(quoted: boolean): void {
		const match = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:[+-])?)/.exec(this.#text.slice(this.#at));
		if (match === null) throw new TooClever();
		const [all, plain, braced, operator] = match;
		const name = plain ?? braced ?? "";
		const value = Object.hasOwn(this.#variables, name) ? (this.#variables[name] ?? "") : "";
		if (operator === undefined && !Object.hasOwn(this.#variables, name)) this.missing.add(name);
		this.#at += all.length - 1;
		if (braced === undefined) {
			this.#value(value, quoted);
			return;
		}
		this.#at += 1;
		const wanted = operator === ":+" ? value !== "" : value === "";
		if (operator === undefined || (operator === ":-" && value !== "")) this.#value(value, quoted);
		if (operator !== undefined && wanted) this.#read("}", quoted);
		else if (operator !== undefined) {
			// An unused word must still be skipped, including its quotes.
			const [done, word, missing] = [this.#done, this.#word, [...this.missing]];
			this.#done = [];
			this.#read("}", quoted);
			this.#done = done;
			this.#word = word;
			this.missing.clear();
			for (const each of missing) this.missing.add(each);
		}
		this.#expect("}");
	}

	/** Unquoted values are split at blanks (XCU 2.6.5). */
	#value(value: string, quoted: boolean): void {
		const [first = "", ...rest] = quoted ? [value] : value.split(/[ \t\n]+/);
		if (first !== "" || quoted) this.#add(first);
		for (const each of rest) {
			this.#finish();
			if (each !== "") this.#add(each);
		}
	}

	#add(text: string): void {
		this.#word = (this.#word ?? "") + text;
	}

	#finish(): void {
		if (this.#word !== undefined) this.#done.push(this.#word);
		this.#word = undefined;
	}

	#expect(character: string): void {
		if (this.#text.charAt(this.#at) !== character) throw new TooClever();
	}
}
