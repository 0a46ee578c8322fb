import { baseName, type Path } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { parseEnvironmentFile } from "./environment-file.ts";
import { stayInForeground } from "./foreground.ts";
import type { ApplicationDraft } from "./found.ts";
import type { Note } from "./note.ts";
import { substituteVariables, type UnitCommand } from "./unit-exec.ts";
import { define, type ServiceUnit } from "./unit-file.ts";

export type UnitNoteCode =
	/** No ExecStart=. */
	| "unit-without-command"
	/** {type}: a task that ends, or that others start over D-Bus. */
	| "unit-oneshot"
	| "unit-dbus"
	/** Reports its readiness to systemd; in the cage it simply runs. */
	| "unit-notify"
	/** {from, to}: changed so that it stays in the foreground. */
	| "unit-foreground"
	/** {program}: forks into the background, and how to keep it is not known. */
	| "unit-forking-unknown"
	/** {count}: the first of several commands was taken. */
	| "unit-several-commands"
	/** {command}: ExecStartPre=, not run in the cage. */
	| "unit-start-pre"
	/** {program}: the command is a shell line or script, and the shell would come into the cage. */
	| "unit-shell"
	/** {name}: `@` gave the program another name. */
	| "unit-argument-zero"
	/** {path} */
	| "unit-environment-file-missing"
	/** {names}: variables in the command that nothing sets. */
	| "unit-variables-missing"
	/** {groups}: beyond the account's own. */
	| "unit-supplementary-groups"
	/** {user}: systemd makes up an account while the service runs. */
	| "unit-dynamic-user"
	/** {capabilities}: AmbientCapabilities=. */
	| "unit-ambient-capabilities"
	/** {sockets}: systemd opens the sockets. */
	| "unit-sockets"
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

export interface UnitApplication {
	readonly application: ApplicationDraft;
	readonly notes: readonly Note<UnitNoteCode>[];
	/** ExecStartPre= with its variables put in. */
	readonly before: readonly (readonly string[])[];
	/** Signal without SIG that makes the application read its configuration again, where ExecReload= is a plain kill. */
	readonly reloadSignal?: string;
	/** AmbientCapabilities= as setpriv names them. */
	readonly capabilities: readonly string[];
}

/** Contents of the files that EnvironmentFile= names, by its path or glob; where a glob matches several, one after the other. */
export type EnvironmentFiles = ReadonlyMap<string, string>;

/**
 * The application that a systemd service is, started as systemd would start it (systemd.service(5), systemd.exec(5)) but kept in the
 * foreground. What an `Application` cannot say is in the notes.
 */
export function applicationFromUnit(unit: ServiceUnit, environmentFiles: EnvironmentFiles = new Map()): UnitApplication {
	const notes: Note<UnitNoteCode>[] = [];
	const note = (code: UnitNoteCode, values: Note["values"] = {}) => notes.push({ code, values });

	const { env, missing } = environmentOf(unit, environmentFiles);
	for (const path of missing) note("unit-environment-file-missing", { path });
	const words = (command: UnitCommand) =>
		command.substitute ? substituteVariables(command.words, env) : { words: command.words, missing: [] };

	if (unit.name.template) note("unit-template", { name: unit.name.full });
	const start = unit.execStart[0];
	if (start === undefined) note("unit-without-command");
	if (unit.execStart.length > 1) note("unit-several-commands", { count: unit.execStart.length });
	if (unit.type === "oneshot") note("unit-oneshot");
	if (unit.type === "dbus") note("unit-dbus");
	if (unit.type === "notify" || unit.type === "notify-reload") note("unit-notify");

	let command: readonly string[] | undefined;
	let user = account(unit);
	let directories = unit.directories.map(({ path }) => path);
	if (start !== undefined) {
		const told = words(start);
		if (told.missing.length > 0) note("unit-variables-missing", { names: told.missing.join(" ") });
		if (start.argumentZero !== undefined) note("unit-argument-zero", { name: start.argumentZero });
		if (start.privileged && unit.user !== undefined) note("unit-privileged");
		command = told.words;
		const program = baseName((command[0] ?? "") as Path);
		const known = stayInForeground(command);
		if (known?.changed && unit.type !== "oneshot") {
			note("unit-foreground", { from: quoteShellLine(command), to: quoteShellLine(known.command) });
			command = known.command;
			for (const [name, value] of Object.entries(known.env ?? {})) if (!Object.hasOwn(env, name)) env[name] = value;
			directories = [...directories, ...(known.directories ?? [])];
			user ??= known.user;
		} else if (unit.type === "forking" && (known === undefined || program === "pg_ctlcluster"))
			note("unit-forking-unknown", { program });
		if (start.throughShell || /^(ba|da|k|z|a)?sh$/.test(program)) note("unit-shell", { program });
	}

	const before = unit.execStartPre.map((each) => words(each).words);
	for (const each of before) note("unit-start-pre", { command: quoteShellLine(each) });
	const reloadSignal = unit.execReload.map((each) => killSignal(each.words)).find((signal) => signal !== undefined);
	if (reloadSignal !== undefined) note("unit-reload-signal", { signal: reloadSignal });
	else for (const each of unit.execReload) note("unit-reload-command", { command: quoteShellLine(each.words) });

	if (unit.dynamicUser) note("unit-dynamic-user", { user: unit.user ?? unit.name.prefix });
	if (unit.supplementaryGroups.length > 0) note("unit-supplementary-groups", { groups: unit.supplementaryGroups.join(" ") });
	if (unit.ambientCapabilities.length > 0)
		note("unit-ambient-capabilities", { capabilities: unit.ambientCapabilities.join(" ") });
	if (unit.sockets.length > 0) note("unit-sockets", { sockets: unit.sockets.join(" ") });
	if (unit.rootDirectory !== undefined) note("unit-root-directory", { directory: unit.rootDirectory });
	if (unit.credentials.length > 0) note("unit-credentials", { names: unit.credentials.join(" ") });
	if (unit.workingDirectory === "~") note("unit-home");
	if (unit.skipped.length > 0) note("unit-lines-skipped", { count: unit.skipped.length });

	return {
		application: {
			...(command === undefined ? {} : { command }),
			...(user === undefined ? {} : { user }),
			...(unit.workingDirectory === "~" ? {} : { cwd: unit.workingDirectory ?? "/" }),
			env,
			directories: [...new Set(directories)],
		},
		notes,
		before,
		...(reloadSignal === undefined ? {} : { reloadSignal }),
		capabilities: unit.ambientCapabilities,
	};
}

/** `user`, `user:group`, or undefined for a start as root. Of a made-up account (DynamicUser=) nothing is known on this machine. */
function account(unit: ServiceUnit): string | undefined {
	if (unit.dynamicUser) return undefined;
	const user = unit.user === "root" || unit.user === "0" ? undefined : unit.user;
	// With systemd a Group= equal to the account's name is its own group; saying it twice would only look like a choice.
	if (unit.group === undefined || unit.group === user || (user === undefined && unit.group === "root")) return user;
	return `${user ?? "root"}:${unit.group}`;
}

/**
 * The service's variables: Environment=, then the files of EnvironmentFile=, which win (systemd.exec(5)), the directories that
 * systemd names, without those of UnsetEnvironment=.
 */
function environmentOf(unit: ServiceUnit, files: EnvironmentFiles): { env: Record<string, string>; missing: string[] } {
	const env: Record<string, string> = {};
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

/** `/bin/kill -HUP $MAINPID` in its spellings. */
function killSignal(words: readonly string[]): string | undefined {
	const [program = "", ...rest] = words;
	if (baseName(program as Path) !== "kill" || !rest.some((word) => /^\$(MAINPID|\{MAINPID\})$/.test(word))) return undefined;
	const option = rest.findIndex((word) => word.startsWith("-"));
	if (option < 0) return "TERM";
	const text = rest[option] ?? "";
	const named = text === "-s" || text === "--signal" ? rest[option + 1] : text.replace(/^(--signal=|-s|-)/, "");
	const signal = named?.replace(/^SIG/, "");
	return signal === "1" ? "HUP" : signal;
}
