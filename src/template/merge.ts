import { omitUndefined } from "../base/collections.ts";
import { quoteShell } from "../base/path/quote.ts";
import { limitsSet } from "../confine/limits.ts";
import { parseAccountName, wordNaming } from "../plan/accounts.ts";
import { type Application, type CallFilter, type Limits, type Rules, socketsOf } from "../service/application.ts";
import { type RuleName, ruleRows } from "../service/rule-options.ts";
import { fillAll, fillShellLine, namesIn, type ParameterValues, valueProblem } from "./parameters.ts";
import { checkTemplate } from "./parse.ts";
import type { TemplateProblem } from "./problems.ts";
import {
	type Alternative,
	type PlaceholderName,
	type Placeholders,
	placeholderNames,
	type Template,
	type TemplateApplication,
} from "./template.ts";

/** Answers from the command line or the wizard. An absent list does not mean an empty list. */
export interface TemplateAnswers {
	readonly command?: readonly string[];
	readonly user?: string;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly probes?: readonly string[];
	readonly exercises?: readonly string[];
	readonly timeout?: number;
	readonly network?: "host" | "none";
	readonly calls?: CallFilter;
	readonly limits?: Limits;
	readonly directories?: readonly string[];
	readonly sockets?: readonly string[];
	readonly rules?: Partial<Rules>;
}

/** Values that this machine fills into a template. */
export interface MergeContext {
	readonly placeholders?: Placeholders;
	/** Given values; the template's defaults apply to the others. */
	readonly parameters?: ParameterValues;
	/** `ID` of os-release(5), then `ID_LIKE`, nearest first. */
	readonly systems?: readonly string[];
}

export type MergeError =
	| { readonly code: "placeholder-unresolved"; readonly name: PlaceholderName }
	| { readonly code: "parameter-unknown" | "parameter-needed"; readonly name: string }
	| { readonly code: "parameter-invalid"; readonly name: string; readonly value: string; readonly kind: string }
	/** These values produce something that no template may contain. */
	| { readonly code: "parameter-refused"; readonly place: string; readonly problem: TemplateProblem };

type MergeResult =
	| {
			readonly application: Application;
			readonly rules: Rules;
			/** The alternative that applied to this system. */
			readonly alternative?: Alternative;
	  }
	| { readonly error: MergeError };

/**
 * Returns the application that a template and answers describe. Single values and the command: the answer wins. Probes: the
 * answers replace the template's, which may use another port. Environment, exercises, directories and rules are added.
 */
export function mergeTemplate(template: Template, answers: TemplateAnswers = {}, here: MergeContext = {}): MergeResult {
	const { placeholders = {}, systems = [] } = here;
	const alternative = alternativeFor(template, systems);
	const known: Template = {
		...template,
		application: { ...template.application, ...alternative?.application },
		rules: { ...template.rules, ...alternative?.rules },
	};
	const chosen = withParameters(withoutReplaced(known, answers), here.parameters ?? {});
	if ("error" in chosen) return chosen;
	const { user, ...from } = chosen.application;
	const missing = placeholderNames.find(
		(name) =>
			placeholders[name] === undefined &&
			[...from.command, ...from.probes, ...from.exercises].some((word) => word.includes(placeholderText(name))),
	);
	if (missing !== undefined) return { error: { code: "placeholder-unresolved", name: missing } };

	const inLines = (all: readonly string[]) => all.map((line) => fillLine(line, placeholders));
	const filled = {
		...from,
		...omitUndefined({ user }),
		command: from.command.map((word) => fillWord(word, placeholders)),
		probes: inLines(from.probes),
		exercises: inLines(from.exercises),
	};
	const merged = mergeAnswers({ application: filled, rules: chosen.rules }, answers);
	return { ...merged, ...omitUndefined({ alternative }) };
}

/** Replaced values need not be filled in. */
function withoutReplaced({ application, ...template }: Template, answers: TemplateAnswers): Template {
	return {
		...template,
		application: {
			...application,
			...(answers.command === undefined ? {} : { command: [] }),
			...(answers.probes?.length ? { probes: [] } : {}),
		},
	};
}

/** Returns the alternative for the nearest of these systems. */
function alternativeFor({ alternatives }: Template, systems: readonly string[]): Alternative | undefined {
	for (const system of systems) {
		const found = alternatives.find((one) => one.systems.includes(system));
		if (found) return found;
	}
	return undefined;
}

function withParameters(template: Template, given: ParameterValues): Template | { readonly error: MergeError } {
	const { application, parameters, rules } = template;
	const values: Record<string, string> = {};
	for (const [name, value] of Object.entries(given)) {
		const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
		if (!parameter) return { error: { code: "parameter-unknown", name } };
		const { kind } = parameter;
		if (valueProblem(kind, value)) return { error: { code: "parameter-invalid", name, value, kind } };
		values[name] = value;
	}
	for (const [name, { default: usual }] of Object.entries(parameters)) {
		if (usual !== undefined) values[name] ??= usual;
	}
	if (!Object.keys(parameters).length) return template;
	const needed = [...namesIn([application, rules])].find((name) => Object.hasOwn(parameters, name) && values[name] === undefined);
	if (needed !== undefined) return { error: { code: "parameter-needed", name: needed } };
	const lines = (all: readonly string[]) => all.map((line) => fillShellLine(line, values));
	const filled = {
		...template,
		application: {
			...(fillAll(application, values) as TemplateApplication),
			probes: lines(application.probes),
			exercises: lines(application.exercises),
		},
		rules: fillAll(rules, values) as Rules,
	};
	// A harmless value can be dangerous in its place: a bound directory could be all of /etc.
	const checked = checkTemplate({
		...filled,
		application: { ...filled.application, command: application.command.length ? filled.application.command : ["/"] },
		parameters: {},
		alternatives: [],
		needs: {},
	});
	const [first] = "errors" in checked ? checked.errors : [];
	return first ? { error: { code: "parameter-refused", place: first.pointer, problem: first.code } } : filled;
}

/** Adds answers to an application without parameters. */
export function mergeAnswers(
	{ application: from, rules }: { readonly application: Application; readonly rules: Rules },
	answers: TemplateAnswers,
): { readonly application: Application; readonly rules: Rules } {
	const { user: known, ...rest } = from;
	const user = answers.user ?? known;
	const calls = answers.calls ?? from.calls;
	return {
		application: {
			...rest,
			command: answers.command ?? from.command,
			...omitUndefined({ user }),
			cwd: answers.cwd ?? from.cwd,
			env: { ...from.env, ...answers.env },
			probes: answers.probes !== undefined && answers.probes.length > 0 ? answers.probes : from.probes,
			exercises: unique([...from.exercises, ...(answers.exercises ?? [])]),
			timeout: answers.timeout ?? from.timeout,
			network: answers.network ?? from.network,
			...omitUndefined({ calls }),
			directories: unique([...from.directories, ...(answers.directories ?? [])]),
			...socketsOf({ sockets: unique([...(from.sockets ?? []), ...(answers.sockets ?? [])]) }),
			...limitsOf({ ...from.limits, ...answers.limits }),
		},
		rules: mergeRules(rules, answers.rules ?? {}),
	};
}

/** Omits empty limits. */
export function limitsOf(limits: Limits = {}): Pick<Application, "limits"> {
	return limitsSet(limits).length ? { limits } : {};
}

/**
 * Joins lists without duplicates. For two binds of one path, or contradictory words about a permission or account, the later one
 * wins.
 */
export function mergeRules(rules: Rules, more: Partial<Rules>): Rules {
	const merged = ruleRows.map((row): [RuleName, Rules[RuleName]] => {
		const { rule } = row;
		if (rule === "binds") {
			const binds = [...rules.binds, ...(more.binds ?? [])];
			return [rule, [...new Map(binds.map((bind) => [bind.path, bind])).values()]];
		}
		const added = more[rule] ?? [];
		const against = "opposite" in row ? (more[row.opposite] ?? []) : [];
		const both = unique([...rules[rule], ...added]);
		return [rule, both.filter((word) => added.includes(word) || !isNamed(row.value, word, against))];
	});
	return Object.fromEntries(merged) as unknown as Rules;
}

/** Whether `words` cover everything that `word` names. */
function isNamed(kind: string, word: string, words: readonly string[]): boolean {
	const account = kind === "account" ? parseAccountName(word) : undefined;
	if (!account) return words.includes(word);
	return (account.kind ? [account.kind] : (["user", "group"] as const)).every(
		(one) => wordNaming(words, one, account.name) !== undefined,
	);
}

function placeholderText(name: PlaceholderName): string {
	return `\${${name}}`;
}

/** Command words are passed to execve(2) unchanged. */
function fillWord(word: string, placeholders: Placeholders): string {
	// A single pass, so that inserted values are not expanded again.
	return word.replace(/\$\{(node|demo)\}/g, (all, name: PlaceholderName) => placeholders[name] ?? all);
}

/** In a shell line the value becomes one quoted word, which replaces the template's own double quotes too. */
function fillLine(line: string, placeholders: Placeholders): string {
	return line.replace(/"\$\{(node|demo)\}"|\$\{(node|demo)\}/g, (all, quoted?: PlaceholderName, bare?: PlaceholderName) => {
		const value = placeholders[quoted ?? bare ?? "node"];
		return value === undefined ? all : quoteShell(value);
	});
}

function unique(values: readonly string[]): string[] {
	return [...new Set(values)];
}
