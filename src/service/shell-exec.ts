import { isShell } from "./shell.ts";
import { judgeBeforeStart } from "./unit-commands.ts";

/** The final command. `missing` names variables that are unset; they count as empty. */
interface ShellExec {
	readonly words: readonly string[];
	readonly missing: readonly string[];
	/** The commands before it that a cage may need: those that create directories or change their owners and modes. */
	readonly before: readonly (readonly string[])[];
}

type Variables = Readonly<Record<string, string>>;

/** Thrown and caught here: the line uses more of the shell than is understood. */
class TooClever extends Error {}

/**
 * Returns the command of `sh -c LINE` if the line ends in `exec COMMAND`, as in many units (mariadb, slapd), so that the cage
 * needs no shell. Understands quotes, `$NAME`, `${NAME}`, `${NAME:+WORD}` and `${NAME:-WORD}` (XCU 2.2, 2.6.2). Returns
 * undefined for other lines, and if a command before the last one does more than `Earlier` knows: then the shell has to run the line.
 */
export function execOfShellLine(command: readonly string[], variables: Variables): ShellExec | undefined {
	const [program = "", option, line = "", ...more] = command;
	if (!isShell(program) || option !== "-c" || more.length > 0) return undefined;
	try {
		return read(line.trim(), variables);
	} catch (error) {
		if (error instanceof TooClever) return undefined;
		throw error;
	}
}

function read(line: string, variables: Variables): ShellExec | undefined {
	const reader = new Reader(line);
	const earlier = new Earlier(variables);
	let operator: Operator = ";";
	while (!reader.isAtEnd) {
		const { end, missing, words } = reader.command(earlier.variables);
		const [first, program, ...args] = words;
		if (first === "exec") {
			// After `||` it would only run if another command failed.
			if (!reader.isAtEnd || operator === "||" || !program || program.startsWith("-")) return undefined;
			const unknown = missing.some((name) => earlier.unsettled.has(name));
			return unknown ? undefined : { words: [program].concat(args), missing, before: earlier.directories };
		}
		if (first !== undefined) earlier.add(words, operator !== ";");
		operator = end;
	}
	return undefined;
}

/** What ends a simple command. A newline counts as `;`. */
type Operator = ";" | "&&" | "||";

/** Variables that the shell uses itself, or that every command gets (systemd.exec(5)). */
const ofEveryCommand = /^(IFS|PATH|HOME|LANG|LC_\w+)$/;
const assignment = /^([A-Za-z_]\w*)=(.*)$/s;

/**
 * What the commands before the last one do. A cage can do without their effects: tests, output, options of the shell, and
 * directories, which it has from the start. Throws `TooClever` for any other command, such as `cd`, `umask`, `export`, `ulimit`
 * and `.`, and for another `exec`.
 */
class Earlier {
	readonly directories: (readonly string[])[] = [];
	/** Variables whose value depends on the outcome of a test. */
	readonly unsettled = new Set<string>();
	readonly #exported: ReadonlySet<string>;
	readonly #variables: Map<string, string>;

	constructor(variables: Variables) {
		this.#exported = new Set(Object.keys(variables));
		this.#variables = new Map(Object.entries(variables));
	}

	/** Those with a known value. */
	get variables(): ReadonlyMap<string, string> {
		return this.#variables;
	}

	/** `isConditional`: the command may not run, because it follows `&&` or `||`. */
	add(words: readonly string[], isConditional: boolean): void {
		const [name = "", ...args] = words;
		if (words.every((word) => assignment.test(word))) {
			for (const word of words) this.#assign(word, isConditional);
			return;
		}
		const { kind } = judgeBeforeStart(words);
		if (kind === "directories" || kind === "ownership") this.directories.push(words);
		else if (!isHarmless(name, args, isConditional)) throw new TooClever();
	}

	#assign(word: string, isConditional: boolean): void {
		const [, name = "", value = ""] = assignment.exec(word) ?? [];
		if (this.#exported.has(name) || ofEveryCommand.test(name)) throw new TooClever();
		// An unset variable expands to the same as an empty one.
		const isSettled = !isConditional || (!this.unsettled.has(name) && (this.#variables.get(name) ?? "") === value);
		if (isSettled) {
			this.unsettled.delete(name);
			this.#variables.set(name, value);
		} else {
			this.unsettled.add(name);
			this.#variables.delete(name);
		}
	}
}

const tests = ["[", "test"];

function isHarmless(name: string, args: readonly string[], isConditional: boolean): boolean {
	// `set -a` exports variables.
	if (name === "set") return args.every((word) => /^[-+][b-zA-Z]+$/.test(word) || word === "pipefail");
	// `test … || exit` ends a service that has nothing to do.
	if (name === "exit") return isConditional;
	return tests.includes(name) || ["true", ":", "echo"].includes(name);
}

/** Programs that a line asks for a further option, and that print nothing unless the service belongs to a cluster. */
const printingNothing: ReadonlySet<string> = new Set(["/usr/bin/galera_recovery"]);

/** Maximum nesting of words. */
const deepest = 20;

/** Reads one simple command after the other. */
class Reader {
	readonly #text: string;
	#variables: ReadonlyMap<string, string> = new Map();
	#missing = new Set<string>();
	#at = 0;
	#depth = 0;
	#done: string[] = [];
	#word: string | undefined;

	constructor(text: string) {
		this.#text = text;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#text.length;
	}

	/** Reads the next command and the operator after it; the line's end counts as `;`. */
	command(variables: ReadonlyMap<string, string>): {
		readonly words: readonly string[];
		readonly missing: readonly string[];
		readonly end: Operator;
	} {
		this.#variables = variables;
		this.#missing = new Set();
		this.#done = [];
		this.#read("", false);
		this.#finish();
		const operator = this.#operator() ?? ";";
		this.#at += operator.length;
		return { words: this.#done, missing: [...this.#missing], end: operator };
	}

	/** The operator at this place. */
	#operator(): Operator | undefined {
		const text = this.#text.slice(this.#at, this.#at + 2);
		if (text === "&&" || text === "||") return text;
		return text.startsWith(";") || text.startsWith("\n") ? ";" : undefined;
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
			if (character === end || (end === "" && this.#operator() !== undefined)) return;
			if (character === "`" && this.#skipPrintingNothing()) continue;
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
		if (match === null) {
			this.#status();
			return;
		}
		const [all, plain, braced, operator] = match;
		const name = plain ?? braced ?? "";
		const value = this.#variables.get(name) ?? "";
		if (operator === undefined && !this.#variables.has(name)) this.#missing.add(name);
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
			const [done, word, missing] = [this.#done, this.#word, [...this.#missing]];
			this.#done = [];
			this.#read("}", quoted);
			this.#done = done;
			this.#word = word;
			this.#missing = new Set(missing);
		}
		this.#expect("}");
	}

	/** Reads `$?`, the status of the command before, which only a test uses. */
	#status(): void {
		const [first = ""] = this.#done;
		if (!this.#text.startsWith("$?", this.#at) || !tests.includes(first)) throw new TooClever();
		this.#at += 1;
		this.#add("$?");
	}

	/** Skips `PROGRAM` in backquotes up to its last character if the program prints nothing. */
	#skipPrintingNothing(): boolean {
		const close = this.#text.indexOf("`", this.#at + 1);
		if (close < 0 || !printingNothing.has(this.#text.slice(this.#at + 1, close).trim())) return false;
		this.#at = close;
		return true;
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
