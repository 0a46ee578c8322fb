import { type Command, InvalidArgumentError, Option } from "commander";
import { parseSize } from "../core/confinement/limits.ts";
import { chosenDecoys } from "../core/plan/decoys.ts";
import { type OptionRow, optionFlag, optionRows, stepVerbs, type ValueKind } from "../core/questions/options.ts";

const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];

const seconds = (text: string) => {
	const value = Number(text);
	if (!(value > 0) || value > 86_400) throw new InvalidArgumentError("seconds");
	return value;
};

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const mostSeconds = 366 * 86_400;

const time = (text: string) => {
	const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
	const value = Number(number) * (unitSeconds[unit] ?? 1);
	if (!(value > 0) || value > mostSeconds) throw new InvalidArgumentError("time");
	return value;
};

const folder = (text: string) => {
	if (text === "") throw new InvalidArgumentError("folder");
	return text;
};

const processId = (text: string) => {
	const value = Number(text);
	// PID_MAX_LIMIT, proc_sys_kernel(5).
	if (!/^[0-9]+$/.test(text) || value < 1 || value > 4_194_304) throw new InvalidArgumentError("process");
	return value;
};

export const count = (text: string) => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 100) throw new InvalidArgumentError("count");
	return value;
};

const size = (text: string) => {
	const value = parseSize(text);
	// The programs that start the application need about this much.
	if (value === undefined || value < 4 * 1024 ** 2) throw new InvalidArgumentError("size");
	return value;
};

export const atLeast = (least: number) => (text: string) => {
	const value = Number(text);
	if (!/^[0-9]+$/.test(text) || value < least || value > 4_194_304) throw new InvalidArgumentError(`whole ${least}`);
	return value;
};

/** Parses `90`, `90s`, `10m` or `1h` into seconds. */
export const duration = (text: string) => {
	const [, number = "", unit] = /^(\d{1,6}(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
	const value = Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
	if (!(value > 0) || value > 604_800) throw new InvalidArgumentError("duration");
	return value;
};

const numbers: Partial<Record<ValueKind, (text: string) => number>> = { seconds, time, size, count, process: processId };

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
	const number = row.value === "whole" ? atLeast(row.least ?? 0) : row.value && numbers[row.value];
	if (number) option.argParser(number);
	return option.conflicts([...(row.conflicts ?? [])]);
}

function chosen(text: string, choices: readonly string[] = [text]): string {
	if (!choices.includes(text)) throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
	return text;
}

export const exportFormats = ["tar", "seccomp"] as const;
export const recordFormats = ["md", "html", "json", "cyclonedx"] as const;

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
		.addOption(new Option("--state <DIR>").argParser(folder))
		.addOption(new Option("--lang <LANG>").choices(["en", "de"]))
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
