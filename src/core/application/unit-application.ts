import type { Note } from "../failure.ts";
import { parsePasswd } from "../machine/accounts.ts";
import { baseName, type Path } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { socketsOf } from "./application.ts";
import { stayInForeground } from "./daemons.ts";
import { parseEnvironmentFile } from "./environment.ts";
import type { ApplicationDraft } from "./found.ts";
import { type MadeDirectory, madeDirectoryText, mergeMadeDirectories, parseMadeDirectory } from "./made-directory.ts";
import { execOfShellLine, isShell } from "./shell.ts";
import { behindStartScript, loginEnvironment, type ReadText, type Start } from "./start-scripts.ts";
import { judgeBeforeStart, reloadSignalOf } from "./unit-commands.ts";
import { substituteVariables, type UnitCommand } from "./unit-exec.ts";
import { define, type ServiceUnit } from "./unit-file.ts";
import { activate, type SocketNoteCode, type SocketUnit } from "./unit-sockets.ts";

interface UnitApplication {
	readonly application: ApplicationDraft;
	readonly notes: readonly Note<UnitNoteCode>[];
	/** False where it cannot be started by hand as it stands; the notes say why. */
	readonly startable: boolean;
	/** ExecStartPre= with its variables put in. */
	readonly before: readonly (readonly string[])[];
	/** The account that systemd makes up while the service runs (DynamicUser=), because the machine has none of that name. */
	readonly dynamicUser?: string;
	/** Signal without SIG that makes the application read its configuration again, where ExecReload= is a kill or known to come to one. */
	readonly reloadSignal?: string;
	/** AmbientCapabilities= as setpriv names them. */
	readonly capabilities: readonly string[];
}

/** Contents of the files that EnvironmentFile= names, by its path or glob; where a glob matches several, one after the other. */
export type EnvironmentFiles = ReadonlyMap<string, string>;

/** What is known of the machine around a unit. */
export interface UnitSurroundings {
	readonly environmentFiles?: EnvironmentFiles;
	/** The socket units that belong to it. */
	readonly sockets?: readonly SocketUnit[];
	/** Directories that systemd-tmpfiles makes for it: `PATH:MODE:USER:GROUP`. */
	readonly tmpfiles?: readonly string[];
	readonly read?: ReadText;
}

/**
 * The application that a systemd service is, started as systemd would start it (systemd.service(5), systemd.exec(5)) but kept in the
 * foreground. What an `Application` cannot say is in the notes.
 */
export function applicationFromUnit(unit: ServiceUnit, surroundings: UnitSurroundings = {}): UnitApplication {
	const { environmentFiles = new Map(), read = () => undefined, sockets = [], tmpfiles = [] } = surroundings;
	const notes: Note<UnitNoteCode>[] = [];
	const note = (code: UnitNoteCode, values: Note["values"] = {}) => notes.push({ code, values });

	const { env, missing } = environmentOf(unit, environmentFiles, read);
	for (const path of missing) note("unit-environment-file-missing", { path });
	const words = (command: UnitCommand) =>
		command.substitute ? substituteVariables(command.words, env) : { words: command.words, missing: [] };

	// Each connection has an instance of its own, and all are the same.
	const needsInstance = unit.name.template && !sockets.some(({ accept }) => accept);
	if (needsInstance) note("unit-template", { name: unit.name.full });
	const first = unit.execStart[0];
	if (first === undefined) note("unit-without-command");
	if (unit.execStart.length > 1) note("unit-several-commands", { count: unit.execStart.length });
	if (unit.type === "oneshot") note("unit-oneshot");
	if (unit.type === "dbus") note("unit-dbus");
	if (unit.type === "notify" || unit.type === "notify-reload") note("unit-notify");

	let command: readonly string[] | undefined;
	let handed: readonly string[] = [];
	// systemd.service(5): `+` and `!` leave User= out, and the program switches by itself.
	let user = first?.privileged ? undefined : account(unit);
	let startable = first !== undefined && unit.type !== "oneshot" && !needsInstance;
	// A directory of configuration is made once and then the administrator's: what is read of it comes along as files.
	const owner = first?.privileged ? account(unit) : undefined;
	const directories = unit.directories
		.filter(({ kind }) => kind !== "configuration")
		.map(({ mode, path }) => madeDirectoryText({ path, mode, ...(owner === undefined ? {} : { owner }) }));
	directories.push(...tmpfiles);
	if (first !== undefined) {
		const expanded = words(first);
		if (first.argumentZero !== undefined) note("unit-argument-zero", { name: first.argumentZero });
		if (first.privileged && unit.user !== undefined) note("unit-privileged");
		const start = startOf(unit, expanded, env, read, note);
		if (first.throughShell || isShell(start.command[0] ?? "")) note("unit-shell", { program: start.command[0] ?? "" });
		for (const [name, value] of Object.entries(start.env ?? {})) if (!Object.hasOwn(env, name)) define(env, name, value);
		directories.push(...(start.directories ?? []));
		user ??= start.user;
		const activation = activate(
			unit,
			sockets,
			directories.map((text) => parseMadeDirectory(text).path),
		);
		if (activation.note !== undefined) notes.push(activation.note);
		directories.push(...activation.directories);
		startable &&= activation.startable;
		command = start.command;
		handed = activation.sockets;
	}

	const before = unit.execStartPre.map((each) => ({ written: quoteShellLine(each.words), words: words(each).words }));
	directories.push(...directoriesBefore(before, note));
	const reloadSignal = reloadSignalOf(unit, command);
	if (reloadSignal !== undefined) note("unit-reload-signal", { signal: reloadSignal });
	else for (const each of unit.execReload) note("unit-reload-command", { command: quoteShellLine(each.words) });

	const dynamicUser = user === undefined || !unit.dynamicUser || isThere(user, read) ? undefined : nameOf(user);
	if (dynamicUser !== undefined) note("unit-dynamic-user", { user: dynamicUser });
	const list = (code: UnitNoteCode, name: string, values: readonly string[]) => {
		if (values.length > 0) note(code, { [name]: values.join(" ") });
	};
	list("unit-variables-passed", "names", unit.passEnvironment);
	list("unit-ambient-capabilities", "capabilities", unit.ambientCapabilities);
	list("unit-process-settings", "settings", unit.processSettings);
	list("unit-credentials", "names", unit.credentials);
	if (unit.rootDirectory !== undefined) note("unit-root-directory", { directory: unit.rootDirectory });
	const cwd = unit.workingDirectory === "~" ? homeOf(user, read) : (unit.workingDirectory ?? "/");
	if (cwd === undefined) note("unit-home");
	if (unit.skipped.length > 0) note("unit-lines-skipped", { count: unit.skipped.length });

	return {
		application: {
			...(command === undefined ? {} : { command }),
			...(user === undefined ? {} : { user }),
			...(cwd === undefined ? {} : { cwd }),
			env,
			directories: mergeMadeDirectories(directories.map(presentName)),
			...socketsOf({ sockets: handed }),
		},
		notes,
		startable,
		...(dynamicUser === undefined ? {} : { dynamicUser }),
		before: before.map((each) => each.words),
		...(reloadSignal === undefined ? {} : { reloadSignal }),
		capabilities: unit.ambientCapabilities,
	};
}

type AddNote = (code: UnitNoteCode, values?: Note["values"]) => void;

/** The command without what is only around it: a shell line, a start script, a fork into the background. */
function startOf(
	unit: ServiceUnit,
	expanded: { readonly words: readonly string[]; readonly missing: readonly string[] },
	env: Readonly<Record<string, string>>,
	read: ReadText,
	note: AddNote,
): Start {
	const ends = execOfShellLine(expanded.words, env);
	const missing = [...expanded.missing, ...(ends?.missing ?? [])];
	if (missing.length > 0) note("unit-variables-missing", { names: missing.join(" ") });
	if (ends !== undefined) note("unit-shell-exec", { command: quoteShellLine(ends.words) });
	const command = ends?.words ?? expanded.words;
	if (unit.type === "oneshot") return { command };
	const script = behindStartScript(command, read, env);
	// That the line made directories needs no words of its own: what it does before its end was said to be left out.
	const made = directoriesBefore(
		(ends?.before ?? []).map((words) => ({ written: "", words })),
		() => {},
	);
	const start = { ...(script ?? { command }), directories: [...made, ...(script?.directories ?? [])] };
	// Of every other type systemd itself expects that the first process goes on (systemd.service(5), Type=).
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

/**
 * Says what ExecStartPre= does, and takes over what the cage can have without it: the directories that it makes. Commands are shown as they are
 * written: values of variables may be secrets, and notes go into the record.
 */
function directoriesBefore(
	before: readonly { readonly written: string; readonly words: readonly string[] }[],
	note: AddNote,
): string[] {
	const made = new Map<string, MadeDirectory>();
	for (const { words, written } of before) {
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
		note(judged.kind === "check" ? "unit-start-pre-check" : "unit-start-pre", { command: written });
	}
	return [...made.values()].map(madeDirectoryText);
}

/** FHS 3.0, 3.15 and 5.13: these moved, and are links where they still are. */
function presentName(path: string): string {
	return path.replace(/^\/var\/run(?=\/)/, "/run").replace(/^\/var\/lock(?=\/)/, "/run/lock");
}

function nameOf(user: string | undefined): string {
	return user?.split(":", 1)[0] ?? "root";
}

function isThere(user: string, read: ReadText): boolean {
	return parsePasswd(read("/etc/passwd") ?? "").some(({ name }) => name === nameOf(user));
}

/** Home of an account by passwd(5). systemd takes root's where no account is named. */
function homeOf(user: string | undefined, read: ReadText): string | undefined {
	const name = nameOf(user);
	const line = (read("/etc/passwd") ?? "").split("\n").find((each) => each.startsWith(`${name}:`));
	const home = line?.split(":")[5];
	return home?.startsWith("/") ? home : undefined;
}

/**
 * `user`, `user:group`, `user:group:more,groups`, or undefined for a start as root. With DynamicUser= and no User= systemd makes up an account with the unit's name; named
 * here, a start fails for want of it, where leaving it out would silently start as root.
 */
function account(unit: ServiceUnit): string | undefined {
	const named = unit.user ?? (unit.dynamicUser ? unit.name.prefix : undefined);
	const user = named === "root" || named === "0" ? undefined : named;
	// With systemd a Group= equal to the account's name is its own group; saying it twice would only look like a choice.
	const isOwn = unit.group === undefined || unit.group === user || (user === undefined && unit.group === "root");
	const words = [user ?? "root", isOwn ? "" : unit.group, unit.supplementaryGroups.join(",")];
	while (words.at(-1) === "") words.pop();
	return words.length === 1 ? user : words.join(":");
}

/**
 * The service's variables: those of its account, the directories that systemd names, then Environment=, then the files of EnvironmentFile=, which win (systemd.exec(5)),
 * without those of UnsetEnvironment=.
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
	/** {type}: a task that ends, or that others start over D-Bus. */
	| "unit-oneshot"
	| "unit-dbus"
	/** Reports its readiness to systemd; in the cage it simply runs. */
	| "unit-notify"
	/** {from, to}: changed so that it stays in the foreground, or starts without a script around it. */
	| "unit-foreground"
	/** {program}: forks into the background, and how to keep it is not known. */
	| "unit-forking-unknown"
	/** {count}: the first of several commands was taken. */
	| "unit-several-commands"
	/** {command}: ExecStartPre=, not run in the cage; for a test of the configuration, and for what makes {directories}. */
	| "unit-start-pre"
	| "unit-start-pre-check"
	| "unit-start-pre-directories"
	/** {program}: the command is a shell line or script, and the shell would come into the cage. */
	| "unit-shell"
	/** {command}: what a shell line ends in was taken in its place. */
	| "unit-shell-exec"
	/** {name}: `@` gave the program another name. */
	| "unit-argument-zero"
	/** {path} */
	| "unit-environment-file-missing"
	/** {names}: variables in the command that nothing sets; those that come from systemd's own environment. */
	| "unit-variables-missing"
	| "unit-variables-passed"
	/** {user}: systemd makes up this account while the service runs; the cage gets one of its own. */
	| "unit-dynamic-user"
	/** {capabilities}: AmbientCapabilities=. */
	| "unit-ambient-capabilities"
	/** {settings}: UMask= and Limit…=. */
	| "unit-process-settings"
	/** {directory}: already in a root of its own. */
	| "unit-root-directory"
	/** {names} */
	| "unit-credentials"
	/** {signal} or {command}: how the configuration is read again. */
	| "unit-reload-signal"
	| "unit-reload-command"
	/** Started with root's rights by `+` or `!` although User= names an account. */
	| "unit-privileged"
	/** WorkingDirectory=~ without an account whose home is known. */
	| "unit-home"
	/** {name}: NAME@.service, which needs an instance. */
	| "unit-template"
	/** {count}: lines that systemd would skip. */
	| "unit-lines-skipped";
