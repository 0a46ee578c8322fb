import type { Application, Limits, Rules } from "../application/application.ts";
import { limitsGiven } from "../confinement/limits.ts";
import { quoteShell } from "../path/quote.ts";
import { namedBy, parseAccountName } from "../plan/account-rules.ts";
import { type PlaceholderName, type Placeholders, placeholderNames, type Template } from "./template.ts";

/** What was said beside the template, on the command line or in the wizard. Lists that are absent are not "none". */
export interface TemplateAnswers {
	readonly command?: readonly string[];
	readonly user?: string;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly probes?: readonly string[];
	readonly exercises?: readonly string[];
	readonly timeout?: number;
	readonly network?: "host" | "none";
	readonly limits?: Limits;
	readonly directories?: readonly string[];
	readonly rules?: Partial<Rules>;
}

export type Merged =
	| { readonly application: Application; readonly rules: Rules }
	| { readonly error: { readonly code: "placeholder-unresolved"; readonly name: PlaceholderName } };

/**
 * The application that a template and the answers together describe. Single values and the command: the answer wins. Probes: the
 * answer's replace the template's, which may ask at another port. Environment, exercises, directories and rules add up.
 */
export function mergeTemplate(template: Template, answers: TemplateAnswers = {}, placeholders: Placeholders = {}): Merged {
	const { user, ...from } = template.application;
	const lines = [from.probes, from.exercises];
	const missing = placeholderNames.find(
		(name) =>
			placeholders[name] === undefined &&
			[...(answers.command === undefined ? from.command : []), ...lines.flat()].some((word) =>
				word.includes(placeholderText(name)),
			),
	);
	if (missing !== undefined) return { error: { code: "placeholder-unresolved", name: missing } };

	const inLines = (all: readonly string[]) => all.map((line) => fillLine(line, placeholders));
	const filled = {
		...from,
		...(user === undefined ? {} : { user }),
		command: from.command.map((word) => fillWord(word, placeholders)),
		probes: inLines(from.probes),
		exercises: inLines(from.exercises),
	};
	return mergeAnswers({ application: filled, rules: template.rules }, answers);
}

/** The same for an application that is known to its last word. */
export function mergeAnswers(
	{ application: from, rules }: { readonly application: Application; readonly rules: Rules },
	answers: TemplateAnswers,
): { readonly application: Application; readonly rules: Rules } {
	const { user: known, ...rest } = from;
	const user = answers.user ?? known;
	return {
		application: {
			...rest,
			command: answers.command ?? from.command,
			...(user === undefined ? {} : { user }),
			cwd: answers.cwd ?? from.cwd,
			env: { ...from.env, ...answers.env },
			probes: answers.probes !== undefined && answers.probes.length > 0 ? answers.probes : from.probes,
			exercises: unique([...from.exercises, ...(answers.exercises ?? [])]),
			timeout: answers.timeout ?? from.timeout,
			network: answers.network ?? from.network,
			directories: unique([...from.directories, ...(answers.directories ?? [])]),
			...limitsOf({ ...from.limits, ...answers.limits }),
		},
		rules: mergeRules(rules, answers.rules ?? {}),
	};
}

/** Absent where there are none. */
export function limitsOf(limits: Limits = {}): Pick<Application, "limits"> {
	return limitsGiven(limits).length ? { limits } : {};
}

/** Both lists, each value once; of two binds of one path, and of two words about one opening or account, the later one counts. */
export function mergeRules(rules: Rules, more: Partial<Rules>): Rules {
	const both = (key: Exclude<keyof Rules, "binds">) => unique([...rules[key], ...(more[key] ?? [])]);
	const binds = new Map([...rules.binds, ...(more.binds ?? [])].map((bind) => [bind.path, bind]));
	return {
		include: both("include"),
		exclude: both("exclude"),
		writable: both("writable"),
		seed: both("seed"),
		binds: [...binds.values()],
		devices: both("devices"),
		allowSecret: both("allowSecret"),
		allowSetuid: both("allowSetuid"),
		allow: both("allow").filter((word) => more.allow?.includes(word) || !more.refuse?.includes(word)),
		refuse: both("refuse").filter((word) => more.refuse?.includes(word) || !more.allow?.includes(word)),
		accounts: both("accounts").filter((word) => more.accounts?.includes(word) || !isNamed(word, more.withoutAccounts)),
		withoutAccounts: both("withoutAccounts").filter(
			(word) => more.withoutAccounts?.includes(word) || !isNamed(word, more.accounts),
		),
	};
}

/** Whether these words speak of all that the word names. */
function isNamed(word: string, words: readonly string[] = []): boolean {
	const account = parseAccountName(word);
	if (!account) return words.includes(word);
	const { kind, name } = account;
	return (kind ? [kind] : (["user", "group"] as const)).every((one) => namedBy(words, one, name) !== undefined);
}

function placeholderText(name: PlaceholderName): string {
	return `\${${name}}`;
}

/** A word of the command goes to execve as it is. */
function fillWord(word: string, placeholders: Placeholders): string {
	// One pass, so that a value is never looked at again.
	return word.replace(/\$\{(node|demo)\}/g, (all, name: PlaceholderName) => placeholders[name] ?? all);
}

/** In a shell line the value has to be one word, whatever is in it; the template's own double quotes go with the placeholder. */
function fillLine(line: string, placeholders: Placeholders): string {
	return line.replace(/"\$\{(node|demo)\}"|\$\{(node|demo)\}/g, (all, quoted?: PlaceholderName, bare?: PlaceholderName) => {
		const value = placeholders[quoted ?? bare ?? "node"];
		return value === undefined ? all : quoteShell(value);
	});
}

function unique(values: readonly string[]): string[] {
	return [...new Set(values)];
}
