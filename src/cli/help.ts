import type { Command, Option } from "commander";
import type { HelpMessages } from "../messages/en/help.ts";
import { isTracedStep, type OptionName, type OptionRow, options, stepVerbs } from "../options/options.ts";
import { nameOf, type Verb, type VerbDefinition } from "./definition.ts";
import { commonGroups, type GroupOfOptions, optionGroups, verbGroups } from "./groups.ts";
import { globalOptions, wizardOptions } from "./options.ts";

/** Lets `--help` and `help VERB` print our own pages. */
export function addHelp(program: Verb, help: HelpMessages): void {
	const width = Math.min(100, Math.max(60, process.stdout.columns || 80));
	for (const verb of [program, ...(program.commands as Verb[])]) {
		const page = verb === program ? overviewPage : verbPage;
		verb.configureHelp({ formatHelp: () => page(verb, help, width) });
	}
}

const termColumn = 2;
const textColumn = 28;

/** Groups, options and examples of one verb. */
function verbPage(verb: Verb, help: HelpMessages, width: number): string {
	const { about, details, examples, global, groups, permissions, usage } = describeVerb(verb, help);
	const group = (title: string, options: readonly OptionText[]) => [
		"",
		title,
		...options.flatMap((option) => optionLines(option, width)),
	];
	const rare = groups.filter((one) => one.isRare);
	return page([
		`${help.usage} ${usage}`,
		"",
		...wrap(`${about}.`, width),
		...(details ? ["", ...wrap(details, width)] : []),
		"",
		help.groups.examples,
		...examples.map((example) => `  ${example}`),
		...groups.filter((one) => !one.isRare).flatMap(({ options, title }) => group(title, options)),
		...(rare.length ? ["", help.moreOptions, "=".repeat(help.moreOptions.length)] : []),
		...rare.flatMap(({ options, title }) => group(title, options)),
		...(permissions.length ? group(help.groups.permissionWords, permissions) : []),
		...group(help.groups.global, global),
	]);
}

function optionLines(option: OptionText, width: number): string[] {
	const term = " ".repeat(termColumn) + termOf(option);
	const text = wrap(option.text, width - textColumn);
	const fits = term.length <= textColumn - 2;
	const [first = ""] = text;
	const rest = (fits ? text.slice(1) : text).map((line) => " ".repeat(textColumn) + line);
	return [fits ? term.padEnd(textColumn) + first : term, ...rest];
}

function termOf({ flags, value }: OptionText): string {
	return `${flags.join(", ")}${value ? ` ${value}` : ""}`;
}

/** All verbs by what they are for, on a screen of 80x24. */
function overviewPage(program: Verb, help: HelpMessages): string {
	const { overview } = help;
	const rows = Object.entries(verbGroups).flatMap(([group, byRow]) =>
		Object.entries<readonly VerbDefinition[]>(byRow).map(([row, verbs], index) => [
			index ? "" : overview.groups[group as keyof typeof overview.groups],
			verbs.map(nameOf).join(", "),
			overview.rows[row as keyof typeof overview.rows],
		]),
	);
	const { examples, global, groups, usage } = describeVerb(program, help);
	const labels = [overview.wizard, overview.options, overview.example, ...rows.map(([label = ""]) => label)];
	const column = Math.max(...labels.map((label) => label.length)) + 2;
	const verbColumn = Math.max(...rows.map(([, verbs = ""]) => verbs.length)) + 2;
	const labelled = (label: string, lines: readonly string[]) =>
		lines.map((line, index) => (index ? "" : label).padEnd(column) + line);
	const terms = (options: readonly OptionText[]) => wrap(options.map(longTerm).join("  "), 80 - column);
	return page([
		`${help.usage} ${usage}`,
		overview.about,
		"",
		...rows.map(([label = "", verbs = "", text = ""]) => label.padEnd(column) + verbs.padEnd(verbColumn) + text),
		"",
		...labelled(overview.wizard, terms(groups.flatMap(({ options }) => options))),
		...labelled(overview.options, terms(global)),
		...labelled(overview.example, examples.slice(0, 1)),
		overview.more,
	]);
}

/** Breakable only between options. */
function longTerm({ flags, value }: OptionText): string {
	return `${flags.at(-1)}${value ? `\u00a0${value}` : ""}`;
}

function page(lines: readonly string[]): string {
	return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Lines of at most `width` characters, broken at spaces, with non-breaking spaces made plain. */
function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(/( +)/)) {
		const last = lines.at(-1);
		if (last === undefined) lines.push(word);
		else if ((last + word).trimEnd().length <= width) lines[lines.length - 1] = last + word;
		else if (word.trim()) lines.push(word);
	}
	return lines.map((line) => line.trimEnd().replaceAll("\u00a0", " "));
}

/** An option as readers see it, without formatting. */
export interface OptionText {
	/** Its name in code, such as `allowSecret`. */
	readonly name: string;
	/** `-o, --output`. */
	readonly flags: readonly string[];
	/** `FILE`, `[NAME]`, `host|none`; empty for a switch. */
	readonly value: string;
	readonly text: string;
}

interface OptionGroupText {
	/** Ends with a colon. */
	readonly title: string;
	/** Shown below the heading "Less common options". */
	readonly isRare: boolean;
	readonly options: readonly OptionText[];
}

export interface VerbText {
	readonly name: string;
	/** `make [TARGET] [OPTIONS] [-- COMMAND…]`, with the program's name. */
	readonly usage: string;
	readonly about: string;
	readonly details: string;
	/** Without the options that every verb has. */
	readonly groups: readonly OptionGroupText[];
	readonly global: readonly OptionText[];
	/** The words of `--allow` and `--refuse`; empty if the verb does not have these options. */
	readonly permissions: readonly OptionText[];
	readonly examples: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/** Describes a verb for help, man pages and the reference. The program itself has the wizard's options. */
export function describeVerb(verb: Verb, help: HelpMessages): VerbText {
	const program = (verb.parent ?? verb) as Verb;
	const isProgram = program === verb;
	const own = textsOf(verb, help);
	const isStep = (stepVerbs as readonly string[]).includes(verb.name());
	const ofVerb = visible(verb)
		.filter((option) => !isProgram || wizardOptions.includes(option.attributeName()))
		.map((option) => describeOption(option, own, help));
	const named = isStep
		? (Object.keys(optionGroups) as GroupOfOptions[]).map((group) => ({
				title: help.groups[group],
				isRare: !commonGroups.includes(group),
				options: optionGroups[group].flatMap((name) => ofVerb.find((option) => option.name === name) ?? []),
			}))
		: [{ title: isProgram ? help.groups.wizard : help.groups.own, isRare: false, options: ofVerb }];
	return {
		name: verb.name(),
		usage: isProgram ? `${program.name()} ${help.programUsage}` : usageOf(verb, ofVerb.length > 0, help),
		about: own.about ?? help.program,
		details: own.details ?? "",
		groups: named.filter((group) => group.options.length),
		global: describeGlobal(program, help),
		permissions: ofVerb.some(({ name }) => name === "allow") ? describePermissions(help) : [],
		examples: verb.examples,
	};
}

function describePermissions({ permissions }: HelpMessages): OptionText[] {
	return Object.entries(permissions).map(([word, text]) => ({ name: word, flags: [word], value: "", text }));
}

function describeGlobal(program: Command, help: HelpMessages): OptionText[] {
	const own = textsOf(program, help);
	const shared = visible(program)
		.filter((option) => !wizardOptions.includes(option.attributeName()))
		.map((option) => describeOption(option, own, help));
	const inOrder = globalOptions.flatMap((name) => shared.find((option) => option.name === name) ?? []);
	return [...inOrder, { name: "help", flags: ["-h", "--help"], value: "", text: help.options.help }];
}

function visible(command: Command): Option[] {
	return command.options.filter((option) => !option.hidden);
}

function textsOf(verb: Command, help: HelpMessages): Texts {
	return (help.verbs as Readonly<Record<string, Texts>>)[verb.name()] ?? {};
}

function describeOption(option: Option, own: Texts, help: HelpMessages): OptionText {
	const name = option.attributeName();
	const row: OptionRow | undefined = Object.hasOwn(options, name) ? options[name as OptionName] : undefined;
	const text = own[name] ?? (help.options as Texts)[name] ?? "";
	const choices = option.argChoices ?? [];
	const isShort = choices.length > 0 && choices.join("|").length <= longestChoices;
	const explainsEach = choices.every((choice) => text.includes(`${choice}: `));
	// A verb's own text names its own default.
	const usual = own[name] === undefined ? (row?.usual ?? option.defaultValue) : option.defaultValue;
	const more = [
		...(typeof usual === "string" || typeof usual === "number" ? [`${help.default}: ${usual}`] : []),
		...(row?.many ? [help.repeatable] : []),
	];
	return {
		name,
		flags: [option.short, option.long].filter((flag) => flag !== undefined),
		value: isShort ? choices.join("|") : metavar(option),
		text: `${text}${isShort || explainsEach ? "" : `: ${choices.join(", ")}`}${more.length ? ` (${more.join("; ")})` : ""}`,
	};
}

const longestChoices = 24;

/** `FILE` of `-o, --output <FILE>`; `[NAME]` keeps its brackets. */
function metavar(option: Option): string {
	const [, required, optional] = / (?:<(.*)>|(\[.*\]))$/.exec(option.flags) ?? [];
	return required ?? optional ?? "";
}

function usageOf(verb: Verb, hasOptions: boolean, help: HelpMessages): string {
	const words = verb.registeredArguments
		.filter((argument) => argument.name() !== "command")
		.map((argument) => {
			const word = `${argument.name().toUpperCase()}${argument.variadic ? "…" : ""}`;
			return argument.required ? word : `[${word}]`;
		});
	const takesCommand = !isTracedStep(verb.name()) && verb.registeredArguments.some((argument) => argument.name() === "command");
	const parts = [
		verb.parent?.name() ?? "",
		verb.name(),
		...words,
		...(hasOptions ? [help.optionsWord] : []),
		...(takesCommand ? ["[-- COMMAND…]"] : []),
	];
	return parts.join(" ");
}
