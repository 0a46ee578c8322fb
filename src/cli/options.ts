import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { TimerTask } from "../install/installation.ts";
import { languages } from "../messages/messages.ts";
import {
	isNumberKind,
	type NumberKind,
	type OptionRow,
	optionFlag,
	optionRows,
	readNumber,
	stepVerbs,
} from "../options/options.ts";
import { chosenDecoys } from "../plan/decoys.ts";
import type { AlarmFormat } from "../watch/report/alarm.ts";

export const recordFormats = ["md", "html", "json", "cyclonedx"] as const;
export type RecordFormat = (typeof recordFormats)[number];

/** Collects the values of an option that can be repeated. */
export const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];

const number = (kind: NumberKind, least?: number) => (text: string) => {
	const value = readNumber(kind, text, least);
	if (value === undefined) throw new InvalidArgumentError(least === undefined ? kind : `${kind} ${least}`);
	return value;
};

export const count = number("count");
export const atLeast = (least: number) => number("whole", least);

/** Parses `90`, `90s`, `10m` or `1h` into seconds. */
export const duration = (text: string) => {
	const [, number = "", unit] = /^(\d{1,6}(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
	const value = Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
	if (!(value > 0) || value > 604_800) throw new InvalidArgumentError("duration");
	return value;
};

/** Adds the verb's options from the option table. */
export function addTableOptions(command: Command): Command {
	for (const [name, row] of optionRows) {
		const verbs: readonly string[] = [...(row.verbs ?? stepVerbs), ...(row.alsoFor ?? [])];
		if (verbs.includes(command.name())) command.addOption(optionOf(row.on ? `--no-${name}` : optionFlag(name), row));
	}
	return command;
}

function optionOf(flag: string, row: OptionRow): Option {
	const option = new Option(row.argument === undefined ? flag : `${flag} ${row.argument}`);
	if (row.choices) option.choices(row.choices);
	if (row.many) option.argParser((text: string, before?: string[]) => collect(chosen(text, row.choices), before));
	// An option with several values needs one even if nothing follows it.
	if (row.value === "decoy") option.preset(chosenDecoys);
	if (isNumberKind(row.value)) option.argParser(number(row.value, row.least));
	return option.conflicts([...(row.conflicts ?? [])]);
}

function chosen(text: string, choices: readonly string[] = [text]): string {
	if (!choices.includes(text)) throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
	return text;
}

/** Descriptors of the caller by the names that the kernel and shells give them. These are links, which outputs do not follow. */
const descriptorNames: Readonly<Record<string, number>> = { "/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2 };

/** The descriptor that a value of `-o` means, or undefined for a path. */
export function descriptorOf(output: string): number | undefined {
	if (output === "-") return 1;
	const path = resolve(output);
	const [, number] = /^\/(?:dev|proc\/(?:self|thread-self))\/fd\/(0|[1-9]\d{0,8})$/.exec(path) ?? [];
	return number === undefined ? descriptorNames[path] : Number(number);
}

/** Adds `-o`. Its value is undefined for stdout, which is the default, whatever its name is. */
export function addOutput(command: Command): Command {
	return command.option("-o, --output <FILE>").on("option:output", (text: string) => {
		// A parser cannot say so, because commander replaces undefined by an empty text.
		if (descriptorOf(text) === 1) command.setOptionValue("output", undefined);
	});
}

export const alarmFormats = ["text", "json", "ecs", "rfc5424"] as const satisfies readonly AlarmFormat[];
export const exportFormats = ["tar", "oci", "quadlet", "kubernetes", "portable", "seccomp"] as const;

export interface ExportOptions {
	readonly format: (typeof exportFormats)[number];
	readonly output?: string;
	readonly withData?: boolean;
	readonly allowSecretExport?: boolean;
}

export const timerTasks = ["check", "update", "none"] as const satisfies readonly TimerTask[];

export interface GlobalOptions {
	state?: string;
	lang?: string;
	color?: boolean;
	quiet?: boolean;
	json?: boolean;
	events?: boolean;
	debug?: boolean;
	require?: "full";
	linear?: boolean;
	inline?: boolean;
	ascii?: boolean;
}

/** Ordered as in the help. */
export const globalOptions: readonly string[] = ["state", "lang", "color", "quiet", "json", "events", "require", "version"];
export const wizardOptions: readonly string[] = ["resume", "linear", "inline", "ascii"];

export function addGlobalOptions(command: Command): Command {
	return command
		.option("--state <DIR>")
		.addOption(new Option("--lang <LANG>").choices(languages))
		.option("--no-color")
		.option("--quiet")
		.option("--json")
		.option("--events")
		.addOption(new Option("--require <LEVEL>").choices(["full"]))
		.addOption(new Option("--debug").hideHelp());
}

export function addWizardOptions(command: Command): Command {
	return command.option("--resume [NAME]").option("--linear").option("--inline").option("--ascii");
}
