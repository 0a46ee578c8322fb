// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates

import { mapLeaves, omitUndefined, sameTexts } from "../base/collections.ts";
import { quoteShell } from "../base/path/quote.ts";
import type { Application, Rules } from "../service/application.ts";
import {
	type AccountNames,
	accountWordOf,
	directoryWithoutNumbers,
	type MachineWord,
	machineWords,
	replaceWord,
	versionless,
} from "./machine-words.ts";
import { mergeTemplate } from "./merge.ts";
import { fillShellLine, fillText, type Parameter, type ParameterValues } from "./parameters.ts";
import {
	type PlaceholderName,
	type Placeholders,
	placeholderNames,
	type Template,
	type TemplateApplication,
	templateSchema,
} from "./template.ts";

/** The machine that a cage was made on. */
export interface MachineOfCage extends AccountNames {
	readonly placeholders: Placeholders;
	readonly systems: readonly string[];
	/** The host's names, long and short. */
	readonly hostNames: readonly string[];
	/** Whether two patterns match the same files here. */
	readonly isSame: (one: string, other: string) => boolean;
}

interface CageToSave {
	readonly application: Application;
	readonly rules: Rules;
	/** The template that it was made from, and its parameters' values. */
	readonly origin?: { readonly template: Template; readonly values: ParameterValues };
}

export interface SavedTemplate {
	readonly template: Template;
	/** Values for this machine, with which the template makes the same cage here. */
	readonly values: ParameterValues;
}

/**
 * Returns a template that makes the same cage again, here and elsewhere. Values that equal the original template's keep its
 * wording, with parameters. A value that only fits this machine becomes a parameter without a default, or a pattern.
 */
export function templateFromCage(name: string, cage: CageToSave, machine: MachineOfCage): SavedTemplate {
	const { origin } = cage;
	const worded = inWordsOf(cage, machine);
	const program = cage.application.command[0];
	const kept = keptParameters(origin, machine.hostNames);
	const base: Template = {
		schema: templateSchema,
		name,
		title: origin?.template.title ?? { en: name, de: name },
		description: origin?.template.description ?? { en: name, de: name },
		parameters: kept.parameters,
		application: worded.application,
		rules: withPatterns(worded.rules, machine),
		needs: origin?.template.needs ?? { packages: {}, programs: program === undefined ? [] : [program] },
		alternatives: worded.alternatives,
		first: origin?.template.first ?? [],
		notes: origin?.template.notes ?? [],
		documentation: origin?.template.documentation ?? [],
	};
	return withoutMachine(withoutNumbers(base, machine), kept.values, machine.hostNames);
}

/** Restores the original template's wording for every value that equals its filled-in form. */
function inWordsOf(
	{ application, origin, rules }: CageToSave,
	machine: MachineOfCage,
): Pick<Template, "alternatives" | "application" | "rules"> {
	const plain = { application: withPlaceholders(application, machine.placeholders), rules, alternatives: [] };
	if (!origin) return plain;
	const { template, values } = origin;
	const here = { placeholders: machine.placeholders, systems: machine.systems, parameters: values };
	const filled = mergeTemplate(template, {}, here);
	if ("error" in filled) return plain;
	// An alternative for this system replaced the template's own values. The result must not depend on it again.
	if (filled.alternative) return plain;
	const before = template.application;
	const lists = <K extends keyof Rules>(key: K): Rules[K] => {
		if (key === "binds") {
			const known = new Map(filled.rules.binds.map((bind, index) => [JSON.stringify(bind), template.rules.binds[index]]));
			return rules.binds.map((bind) => known.get(JSON.stringify(bind)) ?? bind) as unknown as Rules[K];
		}
		return restoreWords(
			rules[key] as readonly string[],
			filled.rules[key] as readonly string[],
			template.rules[key] as readonly string[],
		) as unknown as Rules[K];
	};
	const env = Object.fromEntries(
		Object.entries(application.env).map(([key, value]) => [
			key,
			filled.application.env[key] === value ? (before.env[key] ?? value) : value,
		]),
	);
	return {
		application: {
			...plain.application,
			...(application.user !== undefined && application.user === filled.application.user && before.user !== undefined
				? { user: before.user }
				: {}),
			command: sameTexts(application.command, filled.application.command) ? before.command : plain.application.command,
			cwd: application.cwd === filled.application.cwd ? before.cwd : application.cwd,
			env,
			probes: restoreWords(application.probes, filled.application.probes, before.probes, plain.application.probes),
			exercises: restoreWords(application.exercises, filled.application.exercises, before.exercises, plain.application.exercises),
			directories: restoreWords(application.directories, filled.application.directories, before.directories),
		},
		alternatives: template.alternatives,
		rules: Object.fromEntries((Object.keys(rules) as (keyof Rules)[]).map((key) => [key, lists(key)])) as unknown as Rules,
	};
}

function restoreWords(now: readonly string[], filled: readonly string[], written: readonly string[], otherwise = now): string[] {
	return now.map((value, index) => {
		const at = filled.indexOf(value);
		return (at < 0 ? undefined : written[at]) ?? otherwise[index] ?? value;
	});
}

/** Replaces the paths of Node and the demonstration by placeholders. A template has no settings of a unit. */
function withPlaceholders({ service: _, ...application }: Application, placeholders: Placeholders): TemplateApplication {
	const known = placeholderNames.flatMap((name): [PlaceholderName, string][] => {
		const value = placeholders[name];
		return value === undefined ? [] : [[name, value]];
	});
	const inLine = (line: string) =>
		known.reduce((text, [name, value]) => replaceWord(text, quoteShell(value), `"\${${name}}"`), line);
	return {
		...application,
		command: application.command.map((word) => {
			const found = known.find(([, value]) => value === word);
			return found ? `\${${found[0]}}` : word;
		}),
		probes: application.probes.map(inLine),
		exercises: application.exercises.map(inLine),
	};
}

/** Returns the original template's parameters. A given value becomes the default, unless it only fits this machine. */
function keptParameters(origin: CageToSave["origin"], hostNames: readonly string[]) {
	const parameters: Record<string, Parameter> = {};
	const values: Record<string, string> = {};
	for (const [name, parameter] of Object.entries(origin?.template.parameters ?? {})) {
		const given = origin?.values[name];
		const { default: _, ...bare } = parameter;
		if (given === undefined) parameters[name] = parameter;
		else if (machineWords([given], hostNames).length) {
			parameters[name] = bare;
			values[name] = given;
		} else parameters[name] = { ...bare, default: given };
	}
	return { parameters, values };
}

function withPatterns(rules: Rules, { isSame: same }: MachineOfCage): Rules {
	const wide = (path: string) => {
		const pattern = versionless(path);
		// The pattern may match more elsewhere, but must match the same files here.
		return pattern !== undefined && same(path, pattern) ? pattern : path;
	};
	return { ...rules, include: [...new Set(rules.include.map(wide))], exclude: [...new Set(rules.exclude.map(wide))] };
}

/** A uid or gid means another account elsewhere. An account without a name becomes a parameter. */
function withoutNumbers(template: Template, machine: MachineOfCage): Template {
	const { application, parameters } = template;
	const { user } = application;
	const named = user === undefined ? undefined : (accountWordOf(user, machine) ?? "${account}");
	return {
		...template,
		...(named === "${account}" && !parameters.account
			? { parameters: { ...parameters, account: { title: accountTitle, kind: "name" } } }
			: {}),
		application: {
			...application,
			...omitUndefined({ user: named }),
			directories: application.directories.map((text) => directoryWithoutNumbers(text, machine)),
		},
	};
}

const accountTitle = { en: "Account that the application starts as", de: "Konto, unter dem die Anwendung startet" };

const titles: Readonly<Record<MachineWord["name"], Parameter["title"]>> = {
	folder: { en: "Directory with the application's files", de: "Verzeichnis mit den Dateien der Anwendung" },
	home: { en: "Home directory of an account", de: "Home-Verzeichnis eines Kontos" },
	host: { en: "Name of this host", de: "Name dieses Systems" },
};

function withoutMachine(template: Template, known: ParameterValues, hostNames: readonly string[]): SavedTemplate {
	const parameters: Record<string, Parameter> = { ...template.parameters };
	const values: Record<string, string> = { ...known };
	const texts = textsIn([template.application, template.rules, template.needs]);
	const taken = (name: string) => Object.hasOwn(parameters, name) || texts.some((text) => text.includes(`\${${name}}`));
	let fields: Pick<Template, "application" | "needs" | "rules"> = template;
	for (const { kind, name, value } of machineWords(texts, hostNames)) {
		let free: string = name;
		for (let number = 2; taken(free); number++) free = `${name}${number}`;
		const before = fields;
		fields = {
			application: replaceAll(fields.application, value, free),
			rules: replaceAll(fields.rules, value, free),
			needs: replaceAll(fields.needs, value, free),
		};
		if (JSON.stringify(before) === JSON.stringify(fields)) continue;
		parameters[free] = { title: titles[name], kind };
		values[free] = value;
	}
	return { template: { ...template, ...fields, parameters }, values };
}

/** Replaces a word only if filling in the parameter restores the text: in a shell line, quotes may intervene. */
function replaceAll<T>(value: T, word: string, name: string): T {
	return mapLeaves(value, (leaf) => {
		if (typeof leaf !== "string") return leaf;
		const replaced = replaceWord(leaf, word, `\${${name}}`);
		const again = [fillText(replaced, { [name]: word }), fillShellLine(replaced, { [name]: word })];
		return again.every((text) => text === leaf) ? replaced : leaf;
	}) as T;
}

function textsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
