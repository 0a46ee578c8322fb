import { omitUndefined } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import { parsePasswd } from "../base/machine/accounts.ts";
import { baseName, type Path } from "../base/path/path.ts";
import { quoteShellLine } from "../base/path/quote.ts";
import { socketsOf } from "./application.ts";
import {
	type CreatedDirectory,
	createdDirectoryText,
	mergeCreatedDirectories,
	parseCreatedDirectory,
} from "./created-directory.ts";
import { stayInForeground } from "./daemons.ts";
import { parseEnvironmentFile } from "./environment.ts";
import type { ApplicationDraft } from "./found.ts";
import { mainProcess, type ServiceCommand, serviceOf, serviceSettings } from "./service-settings.ts";
import { isShell } from "./shell.ts";
import { execOfShellLine } from "./shell-exec.ts";
import { onlySignals, reloadSignalOf, stopSignalOf } from "./signals.ts";
import { behindStartScript, loginEnvironment, type ReadText, type Start } from "./start-scripts.ts";
import { insideCommand, judgeBeforeStart } from "./unit-commands.ts";
import { substituteVariables, type UnitCommand } from "./unit-exec.ts";
import { define, type ServiceUnit } from "./unit-file.ts";
import { activate, type SocketNoteCode, type SocketUnit } from "./unit-sockets.ts";
import { presentName } from "./unit-text.ts";

interface UnitApplication {
	readonly application: ApplicationDraft;
	readonly notes: readonly Note<UnitNoteCode>[];
	/** False if it cannot be started manually unchanged; the notes give the reason. */
	readonly startable: boolean;
	/** ExecStartPre= with variables expanded. */
	readonly before: readonly (readonly string[])[];
	/** The account that systemd creates while the service runs (DynamicUser=), if the machine has none of that name. */
	readonly dynamicUser?: string;
	/** Signal (without SIG) that reloads the configuration, if ExecReload= is known to result in one. */
	readonly reloadSignal?: string;
}

/** Contents of EnvironmentFile= files by path or glob; the files of a glob are concatenated. */
export type EnvironmentFiles = ReadonlyMap<string, string>;

/** Facts about the machine that a unit depends on. */
export interface UnitSurroundings {
	readonly environmentFiles?: EnvironmentFiles;
	/** The socket units of the service. */
	readonly sockets?: readonly SocketUnit[];
	/** Directories that systemd-tmpfiles creates for it: `PATH:MODE:USER:GROUP`. */
	readonly tmpfiles?: readonly string[];
	readonly read?: ReadText;
}

/**
 * Converts a systemd service to an application: it starts as systemd would start it (systemd.service(5), systemd.exec(5)), but
 * stays in the foreground. Notes list what an `Application` cannot express.
 */
export function applicationFromUnit(unit: ServiceUnit, surroundings: UnitSurroundings = {}): UnitApplication {
	const { environmentFiles = new Map(), read = () => undefined, sockets = [], tmpfiles = [] } = surroundings;
	const notes: Note<UnitNoteCode>[] = [];
	const note = (code: UnitNoteCode, values: Note["values"] = {}) => notes.push({ code, values });

	const { env, missing } = environmentOf(unit, environmentFiles, read);
	for (const path of missing) note("unit-environment-file-missing", { path });
	const words = (command: UnitCommand) =>
		command.substitute ? substituteVariables(command.words, env) : { words: command.words, missing: [] };

	// A socket unit with Accept=yes starts an identical instance for each connection.
	const needsInstance = unit.name.template && !sockets.some(({ accept }) => accept);
	if (needsInstance) note("unit-template", { name: unit.name.full });
	const first = unit.execStart[0];
	if (first === undefined) note("unit-without-command");
	if (unit.execStart.length > 1) note("unit-several-commands", { count: unit.execStart.length });
	if (unit.type === "oneshot") note("unit-oneshot");
	if (unit.type === "dbus") note("unit-dbus");

	let command: readonly string[] | undefined;
	let passed: readonly string[] = [];
	// systemd.service(5): `+` and `!` ignore User=, and the program changes its account itself.
	let user = first?.privileged ? undefined : account(unit);
	let startable = first !== undefined && unit.type !== "oneshot" && !needsInstance;
	// systemd creates a configuration directory once, then it belongs to the administrator. The trace finds the files in it.
	const owner = first?.privileged ? account(unit) : undefined;
	const directories = unit.directories
		.filter(({ kind }) => kind !== "configuration")
		.map(({ mode, path }) => createdDirectoryText({ path, mode, ...omitUndefined({ owner }) }));
	directories.push(...tmpfiles);
	if (first !== undefined) {
		const expanded = words(first);
		if (first.argumentZero !== undefined) note("unit-argument-zero", { name: first.argumentZero });
		if (first.privileged && unit.user !== undefined) note("unit-privileged");
		const start = startOf(unit, { ...expanded, env }, read, note);
		if (first.throughShell || isShell(start.command[0] ?? "")) note("unit-shell", { program: start.command[0] ?? "" });
		for (const [name, value] of Object.entries(start.env ?? {})) if (!Object.hasOwn(env, name)) define(env, name, value);
		directories.push(...(start.directories ?? []));
		user ??= start.user;
		const activation = activate(
			unit,
			sockets,
			directories.map((text) => parseCreatedDirectory(text).path),
		);
		if (activation.note !== undefined) notes.push(activation.note);
		directories.push(...activation.directories);
		startable &&= activation.startable;
		command = start.command;
		passed = activation.sockets;
	}

	const stepOf = (each: UnitCommand, start?: string): Step => {
		const words = each.substitute ? substituteVariables(each.words, { MAINPID: mainProcess, ...env }).words : each.words;
		return { written: quoteShellLine(each.words), words, inside: insideCommand(each, words, read, start) };
	};
	const steps = (each: UnitCommand) => stepOf(each);
	const before = unit.execStartPre.map(steps);
	const judged = stepsBefore(before, note);
	directories.push(...judged.directories);
	const after = unit.execStartPost.map(steps);
	for (const { inside, written } of after) note(inside ? "unit-start-post" : "unit-start-post-omitted", { command: written });
	// Without success it does no harm, because the application's signal follows; a reload would fail.
	const stop = stepsAtStop(unit, (each) => stepOf(each, command?.[0]), note);
	const reloadSignal = reloadSignalOf(unit, command);
	const reload = reloadSignal === undefined ? unit.execReload.map(steps) : [];
	const reloads = reload.every(({ inside }) => inside);
	if (reloadSignal !== undefined) note("unit-reload-signal", { signal: reloadSignal });
	for (const { written } of reload) note(reloads ? "unit-reload-inside" : "unit-reload-command", { command: written });

	const dynamicUser = user === undefined || !unit.dynamicUser || isThere(user, read) ? undefined : nameOf(user);
	if (dynamicUser !== undefined) note("unit-dynamic-user", { user: dynamicUser });
	const list = (code: UnitNoteCode, name: string, values: readonly string[]) => {
		if (values.length > 0) note(code, { [name]: values.join(" ") });
	};
	list("unit-variables-passed", "names", unit.passEnvironment);
	list("unit-ambient-capabilities", "capabilities", unit.ambientCapabilities);
	const { inexpressible, settings } = serviceSettings({
		...unit,
		...(unit.pidFile === undefined ? {} : { pidFile: presentName(unit.pidFile) }),
		// A rule may keep it in the foreground instead.
		detaches: unit.type === "forking" && !notes.some(({ code }) => code === "unit-foreground"),
		before: judged.inside,
		after: after.flatMap(({ inside }) => (inside ? [inside] : [])),
		reload: reloads ? reload.flatMap(({ inside }) => (inside ? [inside] : [])) : [],
		stop,
		runtimeDirectories: unit.directories
			.filter(({ kind }) => kind === "runtime" && unit.removesRuntime)
			.map(({ path }) => presentName(path)),
	});
	list("unit-process-settings", "settings", inexpressible);
	list(
		"unit-credentials-passed",
		"names",
		unit.credentials.map(({ name }) => name),
	);
	list("unit-credentials", "names", unit.otherCredentials);
	if (unit.rootDirectory !== undefined) note("unit-root-directory", { directory: unit.rootDirectory });
	const cwd = unit.workingDirectory === "~" ? homeOf(user, read) : (unit.workingDirectory ?? "/");
	if (cwd === undefined) note("unit-home");
	if (unit.skipped > 0) note("unit-lines-skipped", { count: unit.skipped });

	return {
		application: {
			...omitUndefined({ command, user, cwd }),
			env,
			directories: mergeCreatedDirectories(directories.map(presentName)),
			...socketsOf({ sockets: passed }),
			...serviceOf({ service: settings }),
		},
		notes,
		startable,
		...omitUndefined({ dynamicUser }),
		before: before.map((each) => each.words),
		...omitUndefined({ reloadSignal }),
	};
}

type AddNote = (code: UnitNoteCode, values?: Note["values"]) => void;

/** ExecStart= with the values of its variables. */
interface ExpandedCommand {
	readonly words: readonly string[];
	/** Variables without a value. */
	readonly missing: readonly string[];
	readonly env: Readonly<Record<string, string>>;
}

/** Replaces a shell line, start script or detaching start by the actual command. */
function startOf(unit: ServiceUnit, { env, ...expanded }: ExpandedCommand, read: ReadText, note: AddNote): Start {
	const ends = execOfShellLine(expanded.words, env);
	const missing = [...expanded.missing, ...(ends?.missing ?? [])];
	if (missing.length > 0) note("unit-variables-missing", { names: missing.join(" ") });
	if (ends !== undefined) note("unit-shell-exec", { command: quoteShellLine(ends.words) });
	const command = ends?.words ?? expanded.words;
	if (unit.type === "oneshot") return { command };
	const script = behindStartScript(command, read, env);
	// The note about the shell line covers the directories.
	const made = stepsBefore(
		(ends?.before ?? []).map((words) => ({ written: "", words, inside: undefined })),
		() => {},
	);
	const start = { ...(script ?? { command }), directories: [...made.directories, ...(script?.directories ?? [])] };
	// Only for Type=forking does systemd expect that the first process exits (systemd.service(5)).
	const known = unit.type === "forking" || script !== undefined ? stayInForeground(start.command) : undefined;
	if (known?.changed || script !== undefined) {
		const stays = known?.command ?? start.command;
		note("unit-foreground", { from: quoteShellLine(command), to: quoteShellLine(stays) });
		return { ...start, command: stays };
	}
	if (unit.type === "forking" && known === undefined) {
		note("unit-forking-unknown", { program: baseName((command[0] ?? "") as Path) });
	}
	return start;
}

/** A command of a unit beside its ExecStart=. */
interface Step {
	/** For messages: without values of variables. */
	readonly written: string;
	readonly words: readonly string[];
	/** Set if it can run in the cage. */
	readonly inside: ServiceCommand | undefined;
}

/**
 * Adds a note for each ExecStartPre= command. Returns the directories that they create, which the cage can have without them, and the
 * commands that run in it. Notes show commands unexpanded, because values of variables may be secret and notes go into the record.
 */
function stepsBefore(
	before: readonly Step[],
	note: AddNote,
): { readonly directories: readonly string[]; readonly inside: readonly ServiceCommand[] } {
	const made = new Map<string, CreatedDirectory>();
	const commands: ServiceCommand[] = [];
	for (const { inside, words, written } of before) {
		const judged = judgeBeforeStart(words);
		if (judged.kind === "directories") {
			for (const directory of judged.directories) made.set(directory.path, directory);
			note("unit-start-pre-directories", {
				command: written,
				directories: judged.directories.map(({ path }) => path).join(" "),
			});
			continue;
		}
		if (judged.kind === "ownership" && judged.paths.every((path) => made.has(path))) {
			for (const path of judged.paths) made.set(path, { ...(made.get(path) ?? { path, mode: 0o755 }), ...judged.change });
			continue;
		}
		if (judged.kind === "other" && inside) commands.push(inside);
		const code = judged.kind === "check" ? "unit-start-pre-check" : inside ? "unit-start-pre-inside" : "unit-start-pre";
		note(code, { command: written });
	}
	return { directories: [...made.values()].map(createdDirectoryText), inside: commands };
}

/** Adds a note for each ExecStop= command, and returns those that run in the cage before the application gets its signal. */
function stepsAtStop({ execStop, type }: ServiceUnit, stepOf: (command: UnitCommand) => Step, note: AddNote): ServiceCommand[] {
	if (stopSignalOf(execStop) !== undefined) return [];
	return execStop.map(stepOf).flatMap(({ inside, words, written }) => {
		if (onlySignals(words)) return [];
		// The number of the process that remains when the first one has detached is not known.
		const isKnown = type !== "forking" || !words.some((word) => word.endsWith(mainProcess));
		if (inside && isKnown) {
			note("unit-stop-inside", { command: written });
			return [inside];
		}
		note("unit-stop-omitted", { command: written });
		return [];
	});
}

function nameOf(user: string | undefined): string {
	return user?.split(":", 1)[0] ?? "root";
}

function isThere(user: string, read: ReadText): boolean {
	return parsePasswd(read("/etc/passwd") ?? "").some(({ name }) => name === nameOf(user));
}

/** Returns an account's home from passwd(5). Without an account systemd uses root's. */
function homeOf(user: string | undefined, read: ReadText): string | undefined {
	const name = nameOf(user);
	const line = (read("/etc/passwd") ?? "").split("\n").find((each) => each.startsWith(`${name}:`));
	const home = line?.split(":")[5];
	return home?.startsWith("/") ? home : undefined;
}

/**
 * Returns `user`, `user:group` or `user:group:more,groups`; undefined for a start as root. With DynamicUser= and no User=,
 * systemd creates an account with the unit's name. A start with this name fails if the account is missing, which is better than
 * starting as root silently.
 */
function account(unit: ServiceUnit): string | undefined {
	const named = unit.user ?? (unit.dynamicUser ? unit.name.prefix : undefined);
	const user = named === "root" || named === "0" ? undefined : named;
	// A Group= with the account's name is its own group, so repeating it adds nothing.
	const isOwn = unit.group === undefined || unit.group === user || (user === undefined && unit.group === "root");
	const words = [user ?? "root", isOwn ? "" : unit.group, unit.supplementaryGroups.join(",")];
	while (words.at(-1) === "") words.pop();
	return words.length === 1 ? user : words.join(":");
}

/**
 * Returns the service's variables by increasing precedence: the account's, systemd's directories, Environment=,
 * EnvironmentFile= (systemd.exec(5)); then removes those of UnsetEnvironment=.
 */
function environmentOf(
	unit: ServiceUnit,
	files: EnvironmentFiles,
	read: ReadText,
): { env: Record<string, string>; missing: string[] } {
	const env = loginEnvironment(unit, unit.user ?? (unit.dynamicUser ? unit.name.prefix : "root"), read);
	const missing: string[] = [];
	for (const { path, variable } of unit.directories) {
		define(env, variable, Object.hasOwn(env, variable) ? `${env[variable]}:${path}` : path);
	}
	if (unit.pidFile !== undefined) define(env, "PIDFILE", unit.pidFile);
	for (const [name, value] of Object.entries(unit.environment)) define(env, name, value);
	for (const { path, optional } of unit.environmentFiles) {
		const content = files.get(path);
		if (content === undefined) {
			if (!optional) missing.push(path);
			continue;
		}
		for (const [name, value] of Object.entries(parseEnvironmentFile(content))) define(env, name, value);
	}
	for (const word of unit.unsetEnvironment) {
		const [name = "", value] = word.split(/=(.*)/s);
		if (value === undefined || env[name] === value) delete env[name];
	}
	return { env, missing };
}

type UnitNoteCode =
	| SocketNoteCode
	/** No ExecStart=. */
	| "unit-without-command"
	/** {type}: a task that exits, or that is started over D-Bus. */
	| "unit-oneshot"
	| "unit-dbus"
	/** {from, to}: changed to stay in the foreground or to start without a script. */
	| "unit-foreground"
	/** {program}: it detaches, and no option to prevent that is known. */
	| "unit-forking-unknown"
	/** {count}: only the first command is used. */
	| "unit-several-commands"
	/**
	 * {command}: an ExecStartPre= that the cage does not run; one that it runs; a configuration check; a command that creates
	 * {directories}.
	 */
	| "unit-start-pre"
	| "unit-start-pre-inside"
	| "unit-start-pre-check"
	| "unit-start-pre-directories"
	/** {command}: an ExecStartPost= that the cage runs, or not. */
	| "unit-start-post"
	| "unit-start-post-omitted"
	/** {command}: an ExecStop= that the cage runs, or not. */
	| "unit-stop-inside"
	| "unit-stop-omitted"
	/** {program}: the command is a shell line or script, so the cage would contain the shell. */
	| "unit-shell"
	/** {command}: used instead of the shell line that ends in it. */
	| "unit-shell-exec"
	/** {name}: `@` sets another name for the program. */
	| "unit-argument-zero"
	/** {path} */
	| "unit-environment-file-missing"
	/** {names}: variables of the command that are unset; those from systemd's own environment. */
	| "unit-variables-missing"
	| "unit-variables-passed"
	/** {user}: systemd creates this account while the service runs; the cage gets its own. */
	| "unit-dynamic-user"
	/** {capabilities}: AmbientCapabilities=. */
	| "unit-ambient-capabilities"
	/** {settings}: a `Limit…=` that the cage does not set. */
	| "unit-process-settings"
	/** {directory}: the service already has its own root. */
	| "unit-root-directory"
	/** {names}: passed at each start, or not. */
	| "unit-credentials-passed"
	| "unit-credentials"
	/** {signal} or {command}: how the application reloads its configuration; a command runs in the cage, or not. */
	| "unit-reload-signal"
	| "unit-reload-inside"
	| "unit-reload-command"
	/** `+` or `!` starts it as root although User= names an account. */
	| "unit-privileged"
	/** WorkingDirectory=~ for an account without a known home. */
	| "unit-home"
	/** {name}: NAME@.service, which needs an instance. */
	| "unit-template"
	/** {count}: lines that systemd ignores. */
	| "unit-lines-skipped";
