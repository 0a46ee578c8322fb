import { permissionWords } from "../../src/plan/permission-words.ts";
import { sessionActions } from "../../src/sessions/verbs/sessions.ts";
import { templateActions } from "../../src/template/verbs/template.ts";
import type { Model } from "./model.ts";

/** Kinds of values. `words` are part of the script; the others are looked up when somebody presses Tab. */
export type Kind =
	| "cage"
	| "template"
	| "service"
	| "session"
	| "file"
	| "folder"
	| "user"
	| "account"
	| "process"
	| "command"
	| { readonly words: readonly string[] };

export interface OptionCompletion {
	/** `--output`. */
	readonly long: string;
	/** `-o`. */
	readonly short: string;
	/** Shown by zsh and fish. */
	readonly text: string;
	readonly value: "none" | "required" | "optional";
	/** `FILE`. */
	readonly word: string;
	readonly kinds: readonly Kind[];
}

export interface VerbCompletion {
	readonly name: string;
	readonly text: string;
	/** Kinds by position. */
	readonly arguments: readonly { readonly word: string; readonly kinds: readonly Kind[]; readonly isMany: boolean }[];
	readonly options: readonly OptionCompletion[];
}

export interface Completion {
	readonly verbs: readonly VerbCompletion[];
	readonly global: readonly OptionCompletion[];
	readonly wizard: readonly OptionCompletion[];
	readonly templates: readonly string[];
}

/** Kinds of option values by the option's name. An option with a fixed set of values needs no row. */
export const optionKinds: Readonly<Record<string, readonly Kind[]>> = {
	state: ["folder"],
	root: ["folder"],
	cwd: ["folder"],
	writable: ["folder"],
	seed: ["file"],
	bind: ["folder"],
	directory: ["folder"],
	include: ["file"],
	exclude: ["file"],
	device: ["file"],
	allowSecret: ["file"],
	allowSetuid: ["file"],
	allowWrite: ["folder"],
	decoy: ["file"],
	keep: ["file"],
	output: ["file"],
	program: ["file"],
	verify: ["file"],
	resume: ["session"],
	user: ["user"],
	account: ["account"],
	withoutAccount: ["account"],
	dropin: ["service"],
	attach: ["process"],
	pid: ["process"],
	allow: [{ words: Object.values(permissionWords) }],
	refuse: [{ words: Object.values(permissionWords) }],
	format: [{ words: ["tar"] }],
	onAlarm: [{ words: ["report", "stop", "freeze"] }],
};

/** Options whose values nobody can list. */
export const freeOptions: readonly string[] = [
	"accept",
	"revoke",
	"until",
	"name",
	"as",
	"env",
	"probe",
	"clientProbe",
	"exercise",
	"set",
	"socket",
	"timeout",
	"limitMemory",
	"limitProcesses",
	"limitFiles",
	"acceptFinding",
	"dedicatedAccount",
	"rounds",
	"for",
	"jobs",
	"stopTimeout",
	"to",
	"keepGenerations",
	"keepDays",
	"checkEvery",
	"container",
	"purpose",
	"initiatedBy",
	"implementedBy",
	"approvedBy",
];

const signals = ["HUP", "INT", "TERM", "QUIT", "USR1", "USR2", "WINCH", "CONT", "STOP", "KILL"];

/** Kinds of arguments by their names; `VERB NAME` wins. */
export const argumentKinds: Readonly<Record<string, readonly Kind[]>> = {
	name: ["cage"],
	names: ["cage"],
	target: ["template", "service", "cage"],
	"make target": ["template", "service"],
	services: ["service"],
	signal: [{ words: signals }],
	file: ["file"],
	subject: ["file"],
	command: ["command"],
	a: [],
	b: [],
	"apps name": ["service"],
	"template action": [{ words: templateActions }],
	"template name": ["template", "cage", "file"],
	"sessions action": [{ words: sessionActions }],
	"sessions name": ["session"],
};

export function completionOf({ commands, program, templates, verbs }: Model): Completion {
	const optionOf = (
		{ flags, name, text, value }: Model["program"]["global"][number],
		choices: readonly string[] | undefined,
	) => ({
		long: flags.find((flag) => flag.startsWith("--")) ?? "",
		short: flags.find((flag) => /^-\w$/.test(flag)) ?? "",
		text: shortText(text),
		value: value === "" ? ("none" as const) : value.startsWith("[") ? ("optional" as const) : ("required" as const),
		word: value.replace(/^\[(.*)\]$/, "$1"),
		kinds: choices ? [{ words: choices }] : value ? (optionKinds[name] ?? []) : [],
	});
	const globalChoices = (name: string) => commands[0]?.parent?.options.find((one) => one.attributeName() === name)?.argChoices;
	const shared = (all: typeof program.global) => all.map((option) => optionOf(option, globalChoices(option.name)));
	return {
		global: shared(program.global),
		wizard: shared(program.groups.flatMap(({ options }) => options)),
		templates,
		verbs: verbs.map((verb) => {
			const command = commands.find((one) => one.name() === verb.name);
			const choices = (name: string) => command?.options.find((one) => one.attributeName() === name)?.argChoices;
			return {
				name: verb.name,
				text: verb.about,
				arguments: (command?.registeredArguments ?? [])
					.filter((argument) => argument.name() !== "command")
					.map((argument) => ({
						word: argument.name().toUpperCase(),
						kinds: argumentKinds[`${verb.name} ${argument.name()}`] ?? argumentKinds[argument.name()] ?? [],
						isMany: argument.variadic,
					})),
				options: verb.groups.flatMap(({ options }) => options.map((option) => optionOf(option, choices(option.name)))),
			};
		}),
	};
}

/** Returns the text up to its first semicolon or bracket, to fit beside a word. */
function shortText(text: string): string {
	return (/^.*?(?=; | \(|: [a-z-]+, |$)/.exec(text)?.[0] ?? text).slice(0, 90);
}

/** Every option that takes a value, in any verb. */
export function optionsWithValue({ global, verbs, wizard }: Completion): OptionCompletion[] {
	return [...global, ...wizard, ...verbs.flatMap(({ options }) => options)].filter(({ value }) => value !== "none");
}
