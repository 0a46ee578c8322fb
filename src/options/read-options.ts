import { omitUndefined } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import { parseAcceptance } from "../cage/finding.ts";
import type { PinRules } from "../minimise/pins.ts";
import { parseAccountName } from "../plan/accounts.ts";
import { chosenDecoys } from "../plan/decoys.ts";
import { permissionWord } from "../plan/permission-words.ts";
import type { Bind, Limits, Rules } from "../service/application.ts";
import { parsePassedSocket, passedSocketText } from "../service/passed-socket.ts";
import { type RuleName, ruleOptions } from "../service/rule-options.ts";
import type { TemplateAnswers } from "../template/merge.ts";
import type { ParameterValues } from "../template/parameters.ts";
import { parseBind } from "./answers.ts";
import { type GivenOptions, type OptionName, type OptionRow, optionFlag, options, type ValueKind } from "./options.ts";

/** Reads everything about the application except its command. Throws a Failure (exit 2) that names the option. */
export function readOptions(given: GivenOptions): Omit<TemplateAnswers, "command"> {
	const [cwd] = texts(given, "cwd");
	return {
		...omitUndefined({ user: given.user, cwd }),
		env: pairs(texts(given, "env")),
		probes: texts(given, "probe"),
		exercises: texts(given, "exercise"),
		...omitUndefined({ timeout: given.timeout, network: given.network, calls: given.calls }),
		limits: readLimits(given),
		directories: texts(given, "directory"),
		sockets: texts(given, "socket"),
		rules: readRules(given),
	};
}

export function readParameters(given: GivenOptions): ParameterValues {
	return pairs(texts(given, "set"));
}

/** Returns options with these template parameters. */
export function withParameters(values: ParameterValues = {}): GivenOptions {
	return { set: Object.entries(values).map(([name, value]) => `${name}=${value}`) };
}

export function readPinRules(given: GivenOptions): PinRules {
	return { keep: texts(given, "keep"), keepKinds: given.keepKind ?? [], giveUp: given.giveUp ?? [] };
}

/** Returns accepted findings as given. */
export function readAcceptances(given: GivenOptions): readonly string[] {
	return texts(given, "acceptFinding");
}

function readLimits({ limitFiles, limitMemory, limitProcesses }: GivenOptions): Limits {
	return {
		...omitUndefined({ memory: limitMemory, processes: limitProcesses, files: limitFiles }),
	};
}

function readRules(given: GivenOptions): Rules {
	const rules = Object.entries(ruleOptions).map(([name, { rule }]): [RuleName, Rules[RuleName]] => {
		const all = texts(given, name as keyof typeof ruleOptions);
		return [rule, rule === "binds" ? all.flatMap((text): Bind | [] => parseBind(text) ?? []) : all];
	});
	const read = Object.fromEntries(rules) as unknown as Rules;
	const both = read.allow.find((word) => read.refuse.includes(word));
	if (both !== undefined) throw new Failure("opening-both", { value: both }, 2);
	return read;
}

/** Returns the values of a text option in stored form. */
function texts(given: GivenOptions, name: OptionName): readonly string[] {
	const { value }: OptionRow = options[name];
	const said = given[name] ?? [];
	const read = value && readers[value];
	const all = Array.isArray(said) ? said : [String(said)];
	return read ? all.map((text) => read(text, optionFlag(name).slice(2))) : all;
}

const readers: Partial<Record<ValueKind, (text: string, option: string) => string>> = {
	path: absolute,
	pattern: (text, option) => absolute(anywhere(text), option),
	bind(text, option) {
		const bind = parseBind(text);
		if (!bind) throw new Failure("path-not-absolute", { option, path: text }, 2);
		absolute(bind.path, option);
		return text;
	},
	permission(text, option) {
		const word = permissionWord(text);
		if (word === undefined) throw new Failure("opening-unknown", { option, value: text }, 2);
		return word;
	},
	decoy: (text, option) => (text === chosenDecoys ? text : absolute(text, option)),
	account(text, option) {
		if (!parseAccountName(text)) throw new Failure("account-word-invalid", { option, value: text }, 2);
		return text;
	},
	finding(text) {
		parseAcceptance(text);
		return text;
	},
	socket(text) {
		const parsed = parsePassedSocket(text);
		if (!parsed) throw new Failure("socket-invalid", { value: text }, 2);
		return passedSocketText(parsed);
	},
	variable(text) {
		if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(text) || text.includes("\0")) throw new Failure("env-invalid", { value: text }, 2);
		return text;
	},
	parameter(text) {
		if (!/^[a-z][a-z0-9_]*=/.test(text)) throw new Failure("set-invalid", { value: text }, 2);
		return text;
	},
};

function pairs(all: readonly string[]): Record<string, string> {
	return Object.fromEntries(all.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
}

// `*.pem` and `**/*.pem` mean the name in any directory.
function anywhere(pattern: string): string {
	if (!pattern.startsWith("*")) return pattern;
	return pattern.startsWith("**/") ? `/${pattern}` : `/**/${pattern}`;
}

function absolute(path: string, option: string): string {
	if (!path.startsWith("/")) throw new Failure("path-not-absolute", { option, path }, 2);
	if (path.split("/").includes("..") || path.includes("\0")) throw new Failure("path-climbs", { option, path }, 2);
	return path;
}
