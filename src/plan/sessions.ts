import type { Note } from "../base/failure.ts";
import { peopleAmong } from "../base/machine/accounts.ts";
import type { Files, User } from "../base/machine/facts.ts";
import { baseName, isAbsolute, isWithin, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { parseAccountName } from "./accounts.ts";
import { closureOf } from "./elf/closure.ts";
import { importedSymbols } from "./elf/elf.ts";
import type { PlanInput } from "./plan.ts";

/**
 * Recognises programs that open sessions for accounts of the host: logins, jobs and transfers of people. A cage contains none of
 * their passwords, homes and shells, so such a service answers from its cage and lets nobody in.
 */

/** What shows that a program opens sessions. */
export interface SessionSign {
	readonly program: Path;
	/** A function that the program calls, a file that it uses, or a unit's setting. */
	readonly shows: string;
}

/**
 * pam_open_session(3), and functions that enter a login into utmp(5) and wtmp(5). Of 1,600 ELF files of 119 Debian packages only
 * programs that open sessions import them; services that merely check passwords (PostgreSQL, CUPS, slapd) do not.
 */
const opensSession = "pam_open_session";
const sessionFunctions = [opensSession, "pututxline", "pututline", "updwtmpx", "updwtmp", "logwtmp"] as const;
/** A private library may open sessions that its program does not want, unless the process also becomes the account. */
const becomesAccount = "initgroups";
const systemLibraries = /^(\/usr)?\/lib(32|64)?(\/[\w.]+-linux-\w+)?$/;
/** These switch to the account that their caller names; start scripts use them. */
const switchTools = /^(su|sudo|runuser)$/;
/** One file contains hundreds of programs, so its imports say nothing about one of them. */
const multiCall = /^(busybox|toybox)/;
const sessionApplets = new Set(["crond", "ftpd", "getty", "login", "telnetd"]);

/** Checks a password of one of this machine's accounts (pam(3)). */
const checksPassword = "pam_authenticate";
const pamServices = pathFromText("/etc/pam.d");

/** utmp(5), lastlog(8), and the databases that replaced them. */
const loginRecords = new Set(
	[
		"/run/utmp",
		"/var/run/utmp",
		"/var/log/wtmp",
		"/var/log/btmp",
		"/var/log/lastlog",
		"/var/log/wtmp.db",
		"/var/lib/wtmpdb/wtmp.db",
		"/var/lib/lastlog/lastlog2.db",
	].map(pathFromText),
);
const passwords = pathFromText("/etc/shadow");

/** Programs of this kind are small. Interpreters and servers in Go are not. */
const largest = 8 * 1024 * 1024;
const programPath = /\/(?:usr\/)?(?:s?bin|lib(?:exec)?)(?:\/[\w.+-]+)+/g;

/** Before anything runs: the programs of a command, and programs whose paths these contain, as sshd contains sshd-session. */
export function signInCommand(command: readonly string[], files: Files): SessionSign | undefined {
	const [first = "", second = ""] = command.map((word) => baseName(pathFromText(word)));
	const programs = command
		.map(pathFromText)
		.filter(isAbsolute)
		.flatMap((path) => executable(path, files) ?? []);
	const [main] = programs;
	if (main !== undefined && multiCall.test(baseName(main))) {
		const applet = multiCall.test(first) ? second : first;
		return sessionApplets.has(applet) ? { program: main, shows: applet } : undefined;
	}
	const named = programs.flatMap((path) => pathsIn(path, files));
	return signOfPrograms([...programs, ...named], files);
}

function pathsIn(program: Path, files: Files): Path[] {
	const text = files.read(program, largest)?.toString("latin1") ?? "";
	if (!text.startsWith("\x7fELF")) return [];
	return [...new Set(text.match(programPath))].flatMap((path) => executable(path as Path, files) ?? []);
}

/** The real path of an executable file. */
function executable(path: Path, files: Files): Path | undefined {
	const real = files.resolve(normalise(path));
	const status = real === undefined ? undefined : files.status(real);
	return status?.kind === "file" && status.mode & 0o111 ? real : undefined;
}

/** The first sign among programs. `copyOf` returns where a file is if not at its path, as in a cage. */
export function signOfPrograms(
	paths: readonly Path[],
	files: Files,
	copyOf: (path: Path) => Path = (path) => path,
): SessionSign | undefined {
	const closure = closureOf(files);
	return firstOf(paths, (program) => {
		if (isForeignTool(program)) return undefined;
		const own = files.inspect(copyOf(program), importedSymbols) ?? new Set();
		const shows = sessionFunctions.find((name) => own.has(name));
		if (shows !== undefined) return { program, shows };
		const libraries = own.size ? [...closure([program]).needed.keys()].filter(isPrivate) : [];
		const all = new Set([...own, ...libraries.flatMap((library) => [...importsOf(library, files)])]);
		return all.has(opensSession) && all.has(becomesAccount) ? { program, shows: opensSession } : undefined;
	});
}

function isForeignTool(path: Path): boolean {
	return switchTools.test(baseName(path)) || multiCall.test(baseName(path));
}

function isPrivate(library: Path): boolean {
	return !systemLibraries.test(parent(library));
}

function importsOf(library: Path, files: Files): ReadonlySet<string> {
	const real = files.resolve(library);
	return (real === undefined ? undefined : files.inspect(real, importedSymbols)) ?? new Set();
}

/**
 * In a trace: programs that were started, a login record that was written, or passwords that were read by an application that
 * then became a person.
 */
export function signInTrace(trace: Trace, users: readonly User[], files: Files): SessionSign | undefined {
	const programs = [...trace.programs].sort().flatMap((path) => executable(path, files) ?? []);
	const started = signOfPrograms(programs, files);
	if (started) return started;
	const uses = [...trace.accesses.values()].filter(({ programs: by }) => !by.size || ![...by].every(isForeignTool));
	const record = uses.find((access) => access.succeeded.has("write") && loginRecords.has(access.real ?? access.path));
	if (record) return signOfAccess(record);
	const hasBecomePerson = peopleAmong(users).some(({ uid }) => trace.uids.has(uid));
	const read = uses.find(({ path, succeeded }) => path === passwords && succeeded.has("read"));
	return hasBecomePerson && read ? signOfAccess(read) : undefined;
}

/**
 * Shows that a service checks passwords of this machine's accounts, although it opens no sessions: it read them or the configuration
 * of PAM, or its program calls PAM for a service that this machine configures, so that a request may.
 */
export function passwordCheck({ accesses, programs }: Trace, files: Files): SessionSign | undefined {
	const read = [...accesses.values()].filter(
		({ programs: by, succeeded }) => succeeded.has("read") && (!by.size || ![...by].every(isForeignTool)),
	);
	const used =
		read.find(({ path }) => path === passwords) ?? read.find(({ path }) => path !== pamServices && isWithin(path, pamServices));
	if (used) return signOfAccess(used);
	const services = new Set<string>(files.status(pamServices)?.kind === "directory" ? files.list(pamServices) : []);
	return firstOf([...programs].sort(), (path) => {
		const program = executable(path, files);
		if (program === undefined || isForeignTool(program) || !importsOf(program, files).has(checksPassword)) return undefined;
		const texts = files.read(program, largest)?.toString("latin1").split("\0") ?? [];
		return texts.some((text) => services.has(text)) ? { program, shows: checksPassword } : undefined;
	});
}

function signOfAccess({ path, programs }: Access): SessionSign {
	return { program: [...programs][0] ?? path, shows: showPath(path) };
}

function firstOf<T, Result>(list: readonly T[], look: (one: T) => Result | undefined): Result | undefined {
	for (const one of list) {
		const result = look(one);
		if (result !== undefined) return result;
	}
	return undefined;
}

/** systemd opens a PAM session for a service with this setting (systemd.exec(5)). */
export function signInUnit(name: string, texts: readonly string[]): SessionSign | undefined {
	const setting = firstOf(texts, (text) => /^[ \t]*(PAMName)[ \t]*=[ \t]*\S/m.exec(text)?.[1]);
	return setting === undefined ? undefined : { program: pathFromText(name), shows: `${setting}=` };
}

interface ServedAccounts {
	/** Words of `--account`. */
	readonly accounts: readonly string[];
	readonly notes: readonly Note[];
	readonly users: readonly User[];
	readonly trace: Pick<Trace, "uids"> | undefined;
}

/**
 * Whether the administrator or the template named the accounts that the application serves, and the trace shows a session of one
 * of them, as with the template sftp. Accounts that were added because everybody may log in do not count.
 */
export function servesNamedAccounts({ accounts, notes, trace, users }: ServedAccounts): boolean {
	if (!namesAccounts(accounts) || notes.some(({ code }) => code === "people-logins")) return false;
	const named = new Set(accounts.flatMap((word) => parseAccountName(word)?.name ?? []));
	return users.some(({ name, uid }) => named.has(name) && uid > 0 && trace?.uids.has(uid));
}

export function namesAccounts(accounts: readonly string[]): boolean {
	return accounts.some((word) => parseAccountName(word)?.kind === "user");
}

/** The note before a trace. */
export function sessionNote({ program, shows }: SessionSign): Note {
	return { code: "opens-sessions", values: { program: showPath(program), shows, option: lockoutOption } };
}

/** The note of a plan, if the trace shows no session of the named accounts. */
export function sessionNotes({ application, files, notes = [], rules, trace, users }: PlanInput): Note[] {
	if (servesNamedAccounts({ accounts: rules.accounts, notes, trace, users })) return [];
	const sign = signInCommand(application.command, files) ?? signInTrace(trace, users, files);
	if (sign) return [sessionNote(sign)];
	const check = rules.allowSecret.some((text) => pathFromText(text) === passwords) ? undefined : passwordCheck(trace, files);
	if (!check) return [];
	const options = `--allow-secret ${passwords} --accept-finding shadow-file:${passwords} --account NAME`;
	return [{ code: "unproven-passwords", values: { program: showPath(check.program), shows: check.shows, options } }];
}

/** The consent to move such a service into a cage. */
export const lockoutOption = "--accept-finding lockout";
