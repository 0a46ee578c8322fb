import { parseSize } from "../confine/limits.ts";
import { softPins } from "../minimise/pin-kinds.ts";
import type { GroupName } from "../plan/groups.ts";
import { callFilters } from "../service/application.ts";
import { ruleOptions } from "../service/rule-options.ts";
import { defaultTimeout } from "./answers.ts";

/** Numbers: seconds, seconds as `90`, `30m` or `7d`, bytes as `512M`, 1 to 100, at least `least`, a process. */
const readers = {
	seconds: (text: string) => (decimal.test(text) ? within(Number(text), Number.MIN_VALUE, 86_400) : undefined),
	time(text: string) {
		const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
		return within(Number(number) * (unitSeconds[unit] ?? 1), Number.MIN_VALUE, 366 * 86_400);
	},
	// The programs that start the application need about this much.
	size: (text: string) => within(parseSize(text) ?? 0, 4 * 1024 ** 2, Number.MAX_SAFE_INTEGER),
	count: (text: string) => whole(text, 1, 100),
	whole: (text: string, least: number) => whole(text, least),
	process: (text: string) => whole(text, 1),
} satisfies Readonly<Record<string, (text: string, least: number) => number | undefined>>;

export type NumberKind = keyof typeof readers;

export function isNumberKind(kind: string | undefined): kind is NumberKind {
	return kind !== undefined && Object.hasOwn(readers, kind);
}

/** Returns an option's number, or undefined if it is not allowed. */
export function readNumber(kind: NumberKind, text: string, least = 0): number | undefined {
	return readers[kind](text, least);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** PID_MAX_LIMIT, proc_sys_kernel(5). */
const most = 4_194_304;

/** `Number()` also reads `0x10` and `1e1`. */
const decimal = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;

function whole(text: string, least: number, greatest = most): number | undefined {
	return /^[0-9]+$/.test(text) ? within(Number(text), least, greatest) : undefined;
}

function within(value: number, least: number, most: number): number | undefined {
	return value >= least && value <= most ? value : undefined;
}

/** How an option's text is read. Options without a kind take their text unchanged. */
export type ValueKind =
	| NumberKind
	| (typeof ruleOptions)[keyof typeof ruleOptions]["value"]
	| "finding"
	| "parameter"
	| "socket"
	| "variable";

/**
 * An option of `make`, of its steps, and of other verbs that ask the same. Its help is in src/messages/{en,de}/help.ts under its
 * name.
 */
export interface OptionRow {
	/** The value in `--help`; `[NAME]` is optional. Options without it are switches. */
	readonly argument?: string;
	/** May be given several times. */
	readonly many?: true;
	/** On unless `--no-…` is given. */
	readonly on?: true;
	readonly choices?: readonly string[];
	readonly value?: ValueKind;
	readonly least?: number;
	/** The default. */
	readonly usual?: string | number;
	/** Verbs that have it. Default: every step of `make`, and `adopt`. */
	readonly verbs?: readonly string[];
	/** Further verbs that have it. */
	readonly alsoFor?: readonly string[];
	readonly conflicts?: readonly string[];
	/** The answer's name in `Application`, in its limits, or in `Rules`. */
	readonly application?: string;
	readonly limit?: string;
	readonly rule?: string;
	/** How values combine with a template's: added by default, instead of them, or instead of the one with the same name. */
	readonly merge?: "replace" | "by-name";
}

/** Groups of the plan that contain copied files. */
const keptKinds = [
	"libraries",
	"interpreter",
	"configuration",
	"data",
	"certificates",
	"time-zones",
	"locale",
	"resources",
] as const satisfies readonly GroupName[];

export const stepVerbs = ["make", "trace", "plan", "build", "trial", "adopt"] as const;
const minimising = ["make", "minimise"] as const;

/** In the order of `--help` and of the equivalent command. */
export const options = {
	name: { argument: "<NAME>" },
	user: { argument: "<USER[:GROUP[:GROUPS]]>", application: "user" },
	cwd: { argument: "<DIR>", value: "path", usual: "/", application: "cwd" },
	env: { argument: "<K=V>", many: true, value: "variable", merge: "by-name", application: "env" },
	probe: { argument: "<CMD>", many: true, merge: "replace", application: "probes" },
	clientProbe: { argument: "<CMD>", many: true, verbs: ["adopt"] },
	exercise: { argument: "<CMD>", many: true, application: "exercises", alsoFor: ["minimise"] },
	timeout: { argument: "<SECONDS>", value: "seconds", usual: defaultTimeout, application: "timeout" },
	network: { argument: "<NETWORK>", choices: ["host", "none"], usual: "host", application: "network", alsoFor: ["selftest"] },
	calls: { argument: "<FILTER>", choices: callFilters, usual: "general", application: "calls", conflicts: ["attach"] },
	limitMemory: { argument: "<SIZE>", value: "size", limit: "memory" },
	limitProcesses: { argument: "<N>", value: "whole", least: 1, limit: "processes" },
	limitFiles: { argument: "<N>", value: "whole", least: 16, limit: "files" },
	directory: { argument: "<PATH[:MODE[:USER[:GROUP]]]>", many: true, value: "path", application: "directories" },
	socket: { argument: "<SOCKET>", many: true, value: "socket", application: "sockets" },
	...ruleOptions,
	bind: { ...ruleOptions.bind, merge: "by-name" },
	acceptFinding: { argument: "<CODE[:PATH]>", many: true, value: "finding", alsoFor: ["run", "unit"] },
	dedicatedAccount: { argument: "[NAME]", alsoFor: ["import"] },
	set: { argument: "<NAME=VALUE>", many: true, value: "parameter" },
	onHost: {},
	selftest: { on: true },
	rounds: { argument: "<N>", value: "count" },
	yes: {},
	dryRun: {},
	replace: {},
	attach: { argument: "<PID>", value: "process", verbs: ["make", "trace"] },
	for: { argument: "<TIME>", value: "time", verbs: ["make", "trace"] },
	takeDocumented: { verbs: ["make", "plan"] },
	copyData: { verbs: ["adopt"] },
	minimise: { verbs: ["make"] },
	keep: { argument: "<GLOB>", many: true, value: "pattern", verbs: minimising },
	keepKind: { argument: "<KIND>", many: true, choices: keptKinds, verbs: minimising },
	giveUp: { argument: "<KIND>", many: true, choices: softPins, verbs: minimising },
	jobs: { argument: "<N>", value: "count", verbs: minimising },
	add: { verbs: ["trace"] },
	// These try an existing build, which must not change.
	unit: { verbs: ["trial"], conflicts: ["yes", "dryRun", "rounds", "replace"] },
	dropin: { argument: "<SERVICE>", verbs: ["trial"], conflicts: ["yes", "dryRun", "rounds", "replace"] },
} as const satisfies Readonly<Record<string, OptionRow>>;

export type OptionName = keyof typeof options;
export const optionRows = Object.entries(options) as readonly (readonly [OptionName, OptionRow])[];

/** Options that every step honours for a traced cage. All other answers come from its trace. */
export const optionsOfTracedCages: readonly OptionName[] = [
	...(Object.keys(ruleOptions) as OptionName[]),
	...(["name", "probe", "calls", "acceptFinding", "dedicatedAccount", "yes", "dryRun"] as const),
];

/** Returns `--allow-setuid` for `allowSetuid`. */
export function optionFlag(name: OptionName): string {
	return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

type One<Row> = Row extends { choices: readonly (infer Choice)[] }
	? Choice
	: Row extends { value: NumberKind }
		? number
		: Row extends { many: true }
			? string
			: Row extends { argument: `[${string}` }
				? string | true
				: Row extends { argument: string }
					? string
					: boolean;

/** The given options of a command line, already parsed. */
export type GivenOptions = {
	[Name in OptionName]?: (typeof options)[Name] extends { many: true }
		? One<(typeof options)[Name]>[]
		: One<(typeof options)[Name]>;
};

/** Steps that work on a traced cage, with the options that they honour beside `optionsOfTracedCages`. They refuse all others. */
export const tracedSteps = {
	plan: ["takeDocumented"],
	build: [],
	trial: ["rounds", "selftest", "unit", "dropin"],
} as const satisfies Readonly<Record<string, readonly OptionName[]>>;

export function isTracedStep(verb: string): verb is keyof typeof tracedSteps {
	return Object.hasOwn(tracedSteps, verb);
}

/** A step parses all options of `make`, so that it can name the verb that honours one. Its help shows its own only. */
export function isHonoured(step: string, option: string): boolean {
	if (!isTracedStep(step)) return step !== "trace" || (option !== "rounds" && option !== "selftest");
	// NAME says the same as --name, and only `trial` asks something.
	if (option === "name" || (option === "yes" && step !== "trial")) return false;
	const own: readonly string[] = [...optionsOfTracedCages, ...tracedSteps[step]];
	return own.includes(option);
}
