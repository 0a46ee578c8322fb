import { splitRawWords } from "./unit-text.ts";

/** One command of an Exec…= setting, before specifiers and variables are expanded (systemd.service(5), COMMAND LINES). */
export interface UnitCommand {
	/** Program and arguments, without the name that `@` sets. */
	readonly words: readonly string[];
	/** `+`, `!`: runs with the service manager's privileges instead of User=. `!!` has no effect with ambient capabilities. */
	readonly privileged: boolean;
	/** False for `:`, which disables variables. */
	readonly substitute: boolean;
	/** `@`: the name that the program receives as its own. */
	readonly argumentZero?: string;
	/** `|` (systemd 257): runs through the account's login shell. */
	readonly throughShell: boolean;
	/** `-`: its failure does not matter. */
	readonly mayFail: boolean;
}

/**
 * Parses the commands of an Exec…= setting, separated by bare `;`. Returns undefined for lines that systemd rejects: with an
 * unclosed quote or without a program.
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
		privileged: /\+|(?<!!)!(?!!)/.test(prefix),
		substitute: !prefix.includes(":"),
		throughShell: prefix.includes("|"),
		mayFail: prefix.includes("-"),
	};
	if (!prefix.includes("@")) return { ...command, words: [program, ...rest] };
	const [argumentZero, ...others] = rest;
	return argumentZero === undefined ? undefined : { ...command, words: [program, ...others], argumentZero };
}

/**
 * Expands a command's variables (systemd.service(5)): `${NAME}` becomes part of the word; `$NAME` as a whole word becomes zero
 * or more words, split at blanks; `$$` becomes `$`. The program is never a variable. Unset names expand to nothing and are
 * reported.
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
		// Everything after the dollar is the name, so `$NAME-x` is an unset variable (replace_env_argv() in systemd).
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
