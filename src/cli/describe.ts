import type { Command, Option } from "commander";
import { type OptionName, type OptionRow, options, stepVerbs } from "../core/options/options.ts";
import type { HelpMessages } from "../messages/en/help.ts";
import { commonGroups, type GroupOfOptions, isTracedStep, optionGroups } from "./groups.ts";
import { globalOptions, wizardOptions } from "./options.ts";
import type { Verb } from "./verbs.ts";

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
		...[verb.parent?.name() ?? "", verb.name()],
		...words,
		...(hasOptions ? [help.optionsWord] : []),
		...(takesCommand ? ["[-- COMMAND…]"] : []),
	];
	return parts.join(" ");
}
