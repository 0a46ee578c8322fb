import { splitRawWords } from "./unit-text.ts";

/** One command of an Exec…= setting, before specifiers and variables are put in (systemd.service(5), COMMAND LINES). */
export interface UnitCommand {
	/** Program and arguments; with `@`, the name that it would see as its own is left out. */
	readonly words: readonly string[];
	/** `-`: a failure counts as success. */
	readonly ignoreFailure: boolean;
	/** `+`, `!`: with the service manager's privileges instead of User='s. `!!` means nothing where ambient capabilities are known. */
	readonly privileged: boolean;
	/** `:` leaves $VARIABLE as it is. */
	readonly substitute: boolean;
	/** `@`: the name that the program is given as its own. */
	readonly argumentZero?: string;
	/** `|` (systemd 257): through the account's login shell. */
	readonly throughShell: boolean;
}

/**
 * The commands in the value of an Exec…= setting; several are separated by a bare `;`. Undefined where systemd refuses the line:
 * a quote without an end, or no program.
 */
export function parseExec(value: string): readonly UnitCommand[] | undefined {
	const words = splitRawWords(value);
	if (words === undefined) return undefined;
	const commands: UnitCommand[] = [];
	let current: string[] = [];
	for (const { text, source } of [...words, { text: ";", source: ";" }]) {
		if (source !== ";") {
			current.push(source === "\\;" ? ";" : text);
			continue;
		}
		if (current.length === 0) continue;
		const command = withoutPrefix(current);
		if (command === undefined) return undefined;
		commands.push(command);
		current = [];
	}
	return commands.length === 0 ? undefined : commands;
}

function withoutPrefix(words: readonly string[]): UnitCommand | undefined {
	const [first = "", ...rest] = words;
	const prefix = /^[-@:+!|]*/.exec(first)?.[0] ?? "";
	const program = first.slice(prefix.length);
	if (program === "" || program.endsWith("/")) return undefined;
	const command = {
		ignoreFailure: prefix.includes("-"),
		privileged: /\+|(?<!!)!(?!!)/.test(prefix),
		substitute: !prefix.includes(":"),
		throughShell: prefix.includes("|"),
	};
	if (!prefix.includes("@")) return { ...command, words: [program, ...rest] };
	const [argumentZero, ...others] = rest;
	return argumentZero === undefined ? undefined : { ...command, words: [program, ...others], argumentZero };
}

/**
 * Puts variables into a command (systemd.service(5)): `${NAME}` anywhere gives its value as part of the word; `$NAME` as a word of
 * its own gives zero or more words, split at blanks; `$$` gives `$`. The program is never a variable. Names without a value give
 * nothing and are reported.
 */
export function substituteVariables(
	words: readonly string[],
	environment: Readonly<Record<string, string>>,
): { readonly words: readonly string[]; readonly missing: readonly string[] } {
	const missing = new Set<string>();
	const value = (name: string): string => {
		if (Object.hasOwn(environment, name)) return environment[name] ?? "";
		missing.add(name);
		return "";
	};
	const [program = "", ...rest] = words;
	const result = [program];
	for (const word of rest) {
		// Whatever follows the dollar is the name, and `$NAME-x` one that no variable has (replace_env_argv() in systemd).
		const alone = /^\$([^{$].*)$/s.exec(word)?.[1];
		if (alone === undefined) {
			result.push(
				word.replace(/\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name?: string) => (name === undefined ? "$" : value(name))),
			);
		} else {
			const text = value(alone);
			result.push(...(splitRawWords(text)?.map((each) => each.text) ?? text.split(/[ \t\r\n]+/).filter((each) => each !== "")));
		}
	}
	return { words: result, missing: [...missing] };
}
