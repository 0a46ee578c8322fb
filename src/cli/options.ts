import { type Command, InvalidArgumentError, Option } from "commander";
import { parseSize } from "../core/confinement/limits.ts";
import { type LauncherName, launcherNames } from "../core/confinement/method.ts";
import { type SoftPin, softPins } from "../core/minimise/needs.ts";
import type { GroupName } from "../core/plan/groups.ts";

/** The options that several verbs share, each defined once. */

export const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];

const seconds = (text: string) => {
	const value = Number(text);
	if (!(value > 0) || value > 86_400) throw new InvalidArgumentError("a number of seconds above 0.");
	return value;
};

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const mostSeconds = 366 * 86_400;

const time = (text: string) => {
	const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
	const value = Number(number) * (unitSeconds[unit] ?? 1);
	if (!(value > 0) || value > mostSeconds) throw new InvalidArgumentError("a time above 0, such as 90, 30m, 24h or 7d.");
	return value;
};

const folder = (text: string) => {
	if (text === "") throw new InvalidArgumentError("a folder.");
	return text;
};

const processId = (text: string) => {
	const value = Number(text);
	// PID_MAX_LIMIT, proc_sys_kernel(5).
	if (!/^[0-9]+$/.test(text) || value < 1 || value > 4_194_304) throw new InvalidArgumentError("the id of a process.");
	return value;
};

export const count = (text: string) => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 100) throw new InvalidArgumentError("a whole number from 1 to 100.");
	return value;
};

const size = (text: string) => {
	const value = parseSize(text);
	// Less would not start the programs that lead to the application.
	if (value === undefined || value < 4 * 1024 ** 2) throw new InvalidArgumentError("a size of at least 4M, such as 512M or 2G.");
	return value;
};

export const atLeast = (least: number) => (text: string) => {
	const value = Number(text);
	if (!/^[0-9]+$/.test(text) || value < least || value > 4_194_304)
		throw new InvalidArgumentError(`a whole number from ${least}.`);
	return value;
};

const lists = {
	env: ["--env <K=V>", "a variable of the application's environment; repeatable"],
	probe: ["--probe <CMD>", "shell line that exits 0 when the application answered a real request; repeatable, all must pass"],
	exercise: ["--exercise <CMD>", "shell line to run while tracing, to reach more of the application; repeatable"],
	include: ["--include <PATH|GLOB>", "put this into the cage, with all below it; repeatable"],
	exclude: ["--exclude <GLOB>", "leave this out of the cage; repeatable"],
	writable: ["--writable <PATH>", "a directory that the application may write; repeatable"],
	seed: ["--seed <PATH>", "state to copy once into the cage's data; repeatable"],
	bind: ["--bind <PATH[:ro|rw]>", "a directory of the host, mounted instead of copied; repeatable"],
	device: ["--device <NODE>", "a device node that the cage gets; repeatable"],
	directory: [
		"--directory <PATH[:MODE[:USER[:GROUP]]]>",
		"a directory that must exist before the application starts, like systemd's RuntimeDirectory; repeatable",
	],
	socket: [
		"--socket <SOCKET>",
		"a socket that is open before the application starts, as systemd hands it over: KIND ADDRESS [name=NAME] [mode=MODE] [user=USER] [group=GROUP] [OPTION…]; repeatable",
	],
	allowSecret: ["--allow-secret <PATH>", "a private key, shadow file or token that may go into the cage; repeatable"],
	acceptFinding: [
		"--accept-finding <CODE[:PATH]>",
		"a danger that `check` names and that shall not stop the launch; said again at each launch; repeatable",
	],
	allowSetuid: ["--allow-setuid <PATH>", "a setuid file that may go into the cage; repeatable"],
	allow: [
		"--allow <OPENING>",
		"leave this open although no need was seen: proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PATH, executable-data:DIR; repeatable",
	],
	refuse: ["--refuse <OPENING>", "keep this closed although a need was seen; repeatable"],
	account: [
		"--account <NAME>",
		"let the cage know this user or group of the host (NAME, user:NAME, group:NAME); never a password or a shell; repeatable",
	],
	set: ["--set <NAME=VALUE>", "a parameter of the template; repeatable"],
	withoutAccount: ["--without-account <NAME>", "leave this user or group out although a need was seen; repeatable"],
} as const;

/** What `minimise` and `make --minimise` are told of what stays, and how many trials run side by side. */
export interface MinimiseRuleOptions {
	keep?: string[];
	keepKind?: GroupName[];
	giveUp?: SoftPin[];
	jobs?: number;
}

export interface ApplicationOptions extends MinimiseRuleOptions {
	name?: string;
	user?: string;
	cwd?: string;
	env?: string[];
	probe?: string[];
	exercise?: string[];
	timeout?: number;
	network?: "host" | "none";
	limitMemory?: number;
	limitProcesses?: number;
	limitFiles?: number;
	directory?: string[];
	socket?: string[];
	include?: string[];
	exclude?: string[];
	writable?: string[];
	seed?: string[];
	bind?: string[];
	device?: string[];
	allowSecret?: string[];
	allowSetuid?: string[];
	allow?: string[];
	refuse?: string[];
	account?: string[];
	withoutAccount?: string[];
	set?: string[];
	acceptFinding?: string[];
	/** True without a name. */
	dedicatedAccount?: string | true;
	onHost?: boolean;
	rounds?: number;
	/** False with `--no-selftest`. */
	selftest?: boolean;
	/** Only of `make` and `trace`. */
	attach?: number;
	for?: number;
	/** Only of `trace`. */
	add?: boolean;
	/** Only of `trial`. */
	unit?: boolean;
	dropin?: string;
	/** Only of `make` and `plan`. */
	takeDocumented?: boolean;
	/** Only of `make`. */
	minimise?: boolean;
}

export interface ConsentOptions {
	yes?: boolean;
	dryRun?: boolean;
	replace?: boolean;
}

export function addApplicationOptions(command: Command): Command {
	command
		.option("--name <NAME>", "name of the cage (else the template's, the unit's, or the command's base name)")
		.option(
			"--user <USER[:GROUP[:GROUPS]]>",
			"account to start as, with its groups and these (else as root, with only the capabilities it needs)",
		)
		.option("--cwd <DIR>", "working directory (default: /)")
		.option("--timeout <SECONDS>", "time for the first answer (default: 30)", seconds)
		.addOption(new Option("--network <NETWORK>", "network of the cage when it runs (default: host)").choices(["host", "none"]))
		.option("--limit-memory <SIZE>", "most memory that the application may use, e.g. 512M", size)
		.option("--limit-processes <N>", "most processes and threads of the application", atLeast(1))
		.option("--limit-files <N>", "most open files of each of its processes", atLeast(16));
	for (const [flags, help] of Object.values(lists)) command.option(flags, help, collect);
	command.option(
		"--dedicated-account [NAME]",
		"run as an account that no other service has, made where it is missing (default: cage-NAME)",
	);
	return command.option(
		"--on-host",
		"trace on the host itself, without the sandbox: what the application writes, sends and changes stays",
	);
}

export function addAcceptFinding(command: Command): Command {
	return command.option(...lists.acceptFinding, collect);
}

export function addAttach(command: Command): Command {
	return command
		.option("--attach <PID>", "watch this process, which runs already, with all that it started; it runs on", processId)
		.option(
			"--for <TIME>",
			"how long to watch, such as 90, 30m or 24h: with --attach at least so long; of a cage that runs, for what it misses there",
			time,
		);
}

/** A time as `90`, `90s`, `10m` or `1h`; in seconds. */
export const duration = (text: string) => {
	const [, number = "", unit] = /^(\d{1,6}(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
	const value = Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
	if (!(value > 0) || value > 604_800) throw new InvalidArgumentError("a time such as 90s, 10m or 1h.");
	return value;
};

/** One more thing that the application has to do in each trial. */
export function exerciseOption(): Option {
	const description = "shell line that must work as well in each trial, from now on; repeatable";
	return new Option("--exercise <CMD>", description).argParser(collect);
}

export function addMinimise(command: Command): Command {
	const description = "leave out at the end what trials prove unnecessary; --keep, --keep-kind, --give-up and --jobs say how";
	return addMinimiseRules(command.option("--minimise", description));
}

export function addMinimiseRules(command: Command): Command {
	return command
		.option("--keep <GLOB>", "never leave this out; repeatable", collect)
		.addOption(
			new Option("--keep-kind <KIND>", "never leave out files of this kind; repeatable")
				.choices(keptKinds)
				.argParser((value: string, before: string[] | undefined) => collect(chosen(value, keptKinds), before)),
		)
		.addOption(
			new Option("--give-up <KIND>", "try also what stays as a rule, because no probe would miss it; repeatable")
				.choices(softPins)
				.argParser((value: string, before: string[] | undefined) => collect(chosen(value, softPins), before)),
		)
		.option("--jobs <N>", "trials side by side (default: one for each processor)", count);
}

/** Groups of the plan that are made of copied files. */
const keptKinds: readonly GroupName[] = [
	...(["libraries", "interpreter", "configuration", "data", "certificates", "time-zones", "locale", "resources"] as const),
];

function chosen(value: string, of: readonly string[]): string {
	if (!of.includes(value)) throw new InvalidArgumentError(`Allowed choices are ${of.join(", ")}.`);
	return value;
}

export function addRounds(command: Command): Command {
	return command
		.option("--no-selftest", "do not try the ways out once the application answers")
		.option("--rounds <N>", "trial rounds at most (default: 5; with --attach 20)", count);
}

/** Only of `trial`: what is built is tried as it is, so nothing of it is changed. */
export function addAsService(command: Command): Command {
	const changes = ["yes", "dryRun", "rounds", "replace"];
	const unit = new Option(
		"--unit",
		"try it as a service of the systemd that runs here, as the unit of `cagewright unit` starts it",
	);
	const dropin = new Option("--dropin <SERVICE>", "the same under the drop-in for this service of the host");
	return command.addOption(unit.conflicts(changes)).addOption(dropin.conflicts(changes));
}

export function addConsent(command: Command): Command {
	return command
		.option("--yes", "accept what is proposed (never a secret or a setuid file)")
		.option("--dry-run", "say everything that would be done, and do nothing")
		.option("--replace", "let a cage of this name become another application's; its data stays");
}

export interface GlobalOptions {
	state?: string;
	lang?: string;
	color?: boolean;
	quiet?: boolean;
	json?: boolean;
	events?: boolean;
	debug?: boolean;
	launcher?: LauncherName;
	require?: "full";
	linear?: boolean;
	inline?: boolean;
	ascii?: boolean;
}

export function addGlobalOptions(command: Command): Command {
	return command
		.option("--state <DIR>", "where cages and templates live", folder)
		.addOption(new Option("--lang <LANG>", "language").choices(["en", "de"]))
		.option("--no-color", "no colour")
		.option("--quiet", "no progress")
		.option("--json", "one JSON document on stdout")
		.option("--events", "one JSON object a line on stderr while the work runs")
		.addOption(
			new Option("--launcher <LAUNCHER>", "start cages with this instead of the first that works here").choices(launcherNames),
		)
		.addOption(new Option("--require <LEVEL>", "refuse to start a cage with less than every layer").choices(["full"]))
		.addOption(new Option("--debug", "stack traces").hideHelp());
}

export function addWizardOptions(command: Command): Command {
	return command
		.option("--resume [NAME]", "open the wizard where a session was left (without a name: the latest)")
		.option("--linear", "the wizard as questions and answers, line by line, for screen readers")
		.option("--inline", "the wizard below what stands in the terminal, instead of in a screen of its own")
		.option("--ascii", "the wizard in ASCII alone");
}

/** Examples behind the help. What commander complains of is thrown instead of printed. */
export function withExamples(command: Command, examples: readonly string[]): Command {
	const lines = examples.map((line) => `  ${line}\n`).join("");
	// The program alone knows the language.
	const title = () => (command.parent ?? command).createHelp().styleTitle("Example:");
	return command
		.exitOverride()
		.configureOutput({ writeErr: () => {} })
		.addHelpText("after", () => `\n${title()}\n${lines}`);
}
