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

const shells = /^(ba|da|k|z|a)?sh$/;

export function isShell(program: string): boolean {
	return shells.test(baseName(program as Path));
}
