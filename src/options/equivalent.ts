import { sameTexts } from "../base/collections.ts";
import { quoteCommand } from "../base/path/quote.ts";
import type { Cage } from "../cage/cage.ts";
import type { Application, Limits, Rules } from "../service/application.ts";
import { type RuleName, ruleNames, ruleOptions } from "../service/rule-options.ts";
import { mergeRules } from "../template/merge.ts";
import { type Answers, defaultRounds, defaultRoundsAttached } from "./answers.ts";
import { stateWords } from "./next-steps.ts";
import { type GivenOptions, type OptionName, type OptionRow, optionFlag, optionRows, options } from "./options.ts";
import { readOptions } from "./read-options.ts";

/**
 * Returns the command line that does what the answers say, without questions. With a template or unit (`named` are its own
 * answers), it contains only the differences. Lists are additive: if one of the template's values was removed, the command says
 * everything without the template. `state` is the state folder, if it must be named. `adopt` takes the options of `make`.
 */
export function equivalentCommand(answers: Answers, named?: Answers, state?: string, verb: "make" | "adopt" = "make"): string {
	const base = named && withoutProposed(answers, named);
	if (base !== undefined && removesValues(answers, base)) {
		const { template: _, unit: __, parameters: ___, ...rest } = answers;
		return equivalentCommand(rest, undefined, state);
	}
	const words = ["cagewright", ...stateWords(state), verb];
	const target = answers.template ?? answers.unit;
	if (target !== undefined) words.push(target);
	const add = (name: OptionName, values: readonly (string | number)[]) => {
		for (const value of values) {
			const text = String(value);
			// Otherwise a value that begins with a dash would be an option.
			if (text.startsWith("-")) words.push(`${optionFlag(name)}=${text}`);
			else words.push(optionFlag(name), text);
		}
	};
	const { accepted, application, attach, dedicatedAccount, minimise, onHost, parameters = {}, rounds } = answers;
	add("set", Object.entries(parameters).map(pairText));
	for (const [name, row] of describedOptions) {
		const usual = base ? textsOf(row, base) : row.usual === undefined ? [] : [String(row.usual)];
		add(name, additionalValues(row, textsOf(row, answers), usual));
	}
	add("dedicatedAccount", asList(dedicatedAccount));
	add("acceptFinding", accepted ?? []);
	if (onHost) words.push(optionFlag("onHost"));
	add("attach", asList(attach?.pid));
	add("for", asList(attach?.seconds));
	if (rounds !== (attach ? defaultRoundsAttached : defaultRounds)) add("rounds", [rounds]);
	if (minimise) {
		words.push(optionFlag("minimise"));
		add("keep", minimise.keep);
		add("keepKind", minimise.keepKinds);
		add("giveUp", minimise.giveUp);
	}
	words.push(optionFlag("yes"));
	if (!sameTexts(application.command, base?.application.command)) words.push("--", ...application.command);
	return quoteCommand(words);
}

/** Characters of a command that somebody still reads. */
const mostReadable = 300;

/**
 * The equivalent command of a saved cage. One that is too long, because it contains scripts of probes and exercises or many
 * decisions, becomes two: the first saves a template of the cage, the second makes the cage from it.
 */
export function repeatingCommand(answers: Answers, named?: Answers, state?: string): string {
	const whole = equivalentCommand(answers, named, state);
	if (whole.length <= mostReadable) return whole;
	const { unit: _, ...rest } = answers;
	const template = `${answers.name}-saved`;
	const words = ["template", "save", answers.name, "--as", template, "--replace"];
	const saving = quoteCommand(["cagewright", ...stateWords(state), ...words]);
	return `${saving} && ${equivalentCommand({ ...rest, template, parameters: {} }, { ...rest, name: template }, state)}`;
}

/** Options that a template or unit also answers. */
const describedOptions = optionRows.filter(([name, row]) => name === "name" || row.application || row.limit || row.rule);

/** Returns an option's values in the answers, as the option's text. */
export function optionTexts(name: OptionName, answers: Answers): readonly string[] {
	return textsOf(options[name], answers);
}

function textsOf(row: OptionRow, { application, name, rules }: Answers): readonly string[] {
	if (row.rule === "binds") return rules.binds.map(({ access, path }) => `${path}:${access}`);
	if (row.rule) return rules[row.rule as Exclude<RuleName, "binds">];
	if (row.limit) return asList(application.limits?.[row.limit as keyof Limits]).map(String);
	if (row.application === "env") return Object.entries(application.env).map(pairText);
	if (row.application) {
		const value = application[row.application as Exclude<keyof Application, "env" | "limits">];
		return (Array.isArray(value) ? value : asList(value)).map(String);
	}
	return [name];
}

/** Returns the values that must be given in addition to the template's or the default. */
function additionalValues({ many, merge }: OptionRow, values: readonly string[], usual: readonly string[]): readonly string[] {
	if (merge === "by-name") return values.filter((value) => !usual.includes(value));
	if (many && merge !== "replace") return values.slice(usual.length);
	return sameTexts(values, usual) ? [] : values;
}

/** Whether the answers lack a value of the template that no option can remove. */
function removesValues(answers: Answers, base: Answers): boolean {
	return describedOptions.some(([, row]) => {
		const [values, usual] = [textsOf(row, answers), textsOf(row, base)];
		if (row.merge === "by-name") return usual.some((text, index) => nameIn(values[index]) !== nameIn(text));
		if (row.many && row.merge !== "replace") return !sameTexts(values.slice(0, usual.length), usual);
		return usual.length > 0 && values.length === 0;
	});
}

/** Returns the part of a variable or bind that must be unique. */
function nameIn(text: string | undefined): string | undefined {
	return text?.startsWith("/") ? text.replace(/:r[ow]$/, "") : text?.split("=", 1)[0];
}

/** Exercises that were proposed with a probe do not apply to another probe. */
function withoutProposed({ application }: Answers, base: Answers): Answers {
	if (!base.otherProbes || !base.application.probes.length || sameTexts(application.probes, base.application.probes)) return base;
	return { ...base, application: { ...base.application, exercises: [] } };
}

function pairText([name, value]: readonly [string, string]): string {
	return `${name}=${value}`;
}

function asList<T>(value: T | undefined): readonly T[] {
	return value === undefined ? [] : [value];
}

/** Returns the options without those that describe the cage as it is, so that the same command works twice. */
export function withoutHonoured({ exercises, rules }: Pick<Cage, "exercises" | "rules">, options: GivenOptions): GivenOptions {
	const isHonoured = (name: string) => {
		const read = readOptions({ [name]: options[name as OptionName] });
		if (name === "exercise") return read.exercises?.every((line) => exercises.includes(line)) ?? false;
		return name in ruleOptions && isSame(mergeRules(rules, read.rules ?? {}), rules);
	};
	return Object.fromEntries(Object.entries(options).filter(([name]) => !isHonoured(name)));
}

function isSame(one: Rules, other: Rules): boolean {
	const texts = (rules: Rules) =>
		ruleNames.map((name) => (name === "binds" ? rules.binds.map(({ access, path }) => `${path}:${access}`) : rules[name]));
	return JSON.stringify(texts(one)) === JSON.stringify(texts(other));
}
