import { baseName, type Path } from "../path/path.ts";

/** Words after which another command begins. */
const leading = /^(?:!|then|do|else|elif|if|while|until|time|exec|nohup|sudo|env|command|\{)$/;

/** What the shell does by itself (XCU 2.14 and what dash adds), and words of its grammar. */
const builtIn = new Set(
	"[ . : alias bg bind break case cd continue done echo esac eval exit export false fg fi for function getopts hash in jobs kill let local printf pwd read readonly return select set shift source test times trap true type ulimit umask unalias unset wait }".split(
		" ",
	),
);

/**
 * The programs that a shell line calls by name, as far as they can be told without running it: the first word of each simple command, also of
 * those in `$(…)`. What a variable or a pattern stands for is left out.
 */
export function programsOfLine(line: string): string[] {
	const programs = new Set<string>();
	for (const command of simpleCommands(line)) {
		const words = command
			.replace(/(?<!\d)\d*[<>]+&?\s*\S*/g, " ")
			.split(/\s+/)
			.filter(Boolean);
		const first = words.find((word) => !leading.test(word) && !/^[A-Za-z_]\w*=/.test(word));
		if (first !== undefined && /^[\w./+@-]+$/.test(first) && !first.startsWith("-") && !builtIn.has(first)) programs.add(first);
	}
	return [...programs];
}

/** The line cut where commands end. Quoted text becomes one word that no program is called. */
function simpleCommands(line: string): string[] {
	const commands: string[] = [];
	/** In pieces: what is put together and looked at for each character is copied for each. */
	let command: string[] = [];
	const cut = () => {
		commands.push(command.join(""));
		command = [];
	};
	/** For each level of `$(` whether it stands in double quotes, to which its end leads back. */
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
			cut();
		} else if (isQuoted) command.push(/\s/.test(character) ? "?" : `${character}?`);
		else if (character === ")" && levels.length) {
			isQuoted = levels.pop() ?? false;
			cut();
			command = ["?"];
		} else if (character === "#" && /^\s?$/.test(command.at(-1) ?? "")) break;
		else if (character === "&" && /^[<>]$/.test(command.at(-1) ?? "")) command.push(character);
		else if (/[;|&()\n`]/.test(character)) cut();
		else command.push(character);
	}
	cut();
	return commands;
}

function endOfQuote(line: string, start: number): number {
	const end = line.indexOf("'", start + 1);
	return end < 0 ? line.length : end;
}

/** What a shell line ends in. `missing` names variables that it uses and that only the line itself, or nothing, sets; they count as empty. */
interface ShellExec {
	readonly words: readonly string[];
	readonly missing: readonly string[];
	/** The plain commands that the line runs before, such as `mkdir` and `chown`; what is more than plain is not among them. */
	readonly before: readonly (readonly string[])[];
}

type Variables = Readonly<Record<string, string>>;

/** Thrown and caught here: the line does more than words and variables can say. */
class TooClever extends Error {}

const shells = /^(ba|da|k|z|a)?sh$/;

export function isShell(program: string): boolean {
	return shells.test(baseName(program as Path));
}

/**
 * The command that `sh -c LINE` becomes by an `exec` at its end, as many units have it (mariadb, slapd), so that no shell has to come
 * along. Reads quotes, `$NAME`, `${NAME}`, `${NAME:+WORD}` and `${NAME:-WORD}` (XCU 2.2, 2.6.2). Undefined where the line has no such end, or
 * uses more of the shell than that.
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

/** The last `exec` that begins a command, and what stands before it. Behind `then` only the first counts, where there is no other. */
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

/** One simple command; undefined where it is more than that. */
function read(text: string, variables: Variables): Omit<ShellExec, "before"> | undefined {
	const reader = new Reader(text.trim(), variables);
	try {
		return { words: reader.words(), missing: [...reader.missing] };
	} catch (error) {
		if (error instanceof TooClever) return undefined;
		throw error;
	}
}

/** Words in words. */
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

	/** Up to `end` (not taken), or to the end of the text. */
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
				// Inside of `"${A:+…}"` a quote ends nothing, but who writes that means no blank.
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

	/** `$NAME`, `${NAME}`, `${NAME:+WORD}`, `${NAME:-WORD}`; leaves off at its last character. */
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
			// What is not taken still has to be passed over, quotes and all.
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

	/** Without quotes a value is split at blanks (XCU 2.6.5). */
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
