import { by } from "../collections.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { isDocumentation } from "./areas.ts";
import { linkChain } from "./links.ts";
import { callWord, capabilityWord, permissionWords, portWord } from "./permission-words.ts";
import type { Addition, Entry, Plan } from "./plan.ts";

/** Why a missing item may matter, the likeliest cause first. */
const importances = ["said", "error-said", "last-call", "configuration", "library", "package", "other", "noise"] as const;

/** How likely it is that an application fails because of an item, with the evidence. */
export interface Importance {
	readonly level: (typeof importances)[number];
	/** The line that the application printed about it. */
	readonly line?: string;
	/** Position among the last failed calls, 1 for the very last. */
	readonly before?: number;
	/** The application's package, if the item belongs to it. */
	readonly package?: string;
}

/** The layer of the cage that refused an access, which determines the remedy. */
export type MissingKind =
	| "absent"
	| "owner-or-mode"
	| "read-only"
	| "capability"
	| "filtered"
	| "kernel-file"
	| "port"
	| "noexec"
	| "account";

export interface Missing {
	readonly kind: MissingKind;
	/** Absent for accounts and for calls without a path. */
	readonly path?: Path;
	/** The system call; for an account its name. */
	readonly call: string;
	readonly error: string;
	readonly program?: Path;
	/** Absent if nothing in a cage can remedy it. */
	readonly remedy?: Addition;
	/** On the host the same access both failed and worked, in different processes. */
	readonly mixed?: true;
	/** Left out because the application passed every probe and exercise without it. Counts if it no longer does. */
	readonly proven?: true;
	/** The host's trace does not show it succeed, so only the administrator can add it. */
	readonly unseen?: true;
	/** The TCP port that was not permitted. Only the administrator can allow it. */
	readonly port?: number;
	/** The writable directory from which the application executes its own files. Only the administrator can allow that. */
	readonly executes?: Path;
	/** Left out on purpose: a secret, a setuid file, an exclude, or a refused permission. */
	readonly declined: boolean;
	/** Set by `rankMissing`. */
	readonly importance?: Importance;
}

/** The parts of a trial's result that decide about remedies. */
interface Outcome {
	readonly answered: boolean;
	/** Exercises and signals that worked on the host and failed in the cage. */
	readonly failedExercises: readonly string[];
}

/**
 * Whether only the administrator can add a remedy. An application that answers proves that it works without, and a call that
 * never succeeded on the host is no need.
 */
export function isOffer({ unseen }: Missing, { answered, failedExercises }: Outcome): boolean {
	return unseen === true || (answered && !failedExercises.length);
}

/** Returns the word of `--allow` and `--refuse` if a permission is the remedy. */
export function permissionOf({ port, remedy }: Pick<Missing, "port" | "remedy">): string | undefined {
	if (port !== undefined) return portWord(port);
	if (remedy?.kind === "capability") return capabilityWord(remedy.name);
	if (remedy?.kind === "call") return callWord(remedy.name);
	return remedy?.kind === "opening" ? permissionWords[remedy.name] : undefined;
}

/**
 * Whether most applications work without it: redis reads /proc/self/stat all the time, and libc tries a name service's socket
 * before it continues alone. Such an item counts only if the application does not answer.
 */
export function isTolerable({ call, kind, mixed, path, remedy }: Missing): boolean {
	if (path !== undefined && isDocumentation(path) && /stat|access/.test(call)) return true;
	return mixed || kind === "kernel-file" || kind === "noexec" || (remedy?.kind === "opening" && remedy.name !== "proc");
}

/** The part of /proc that `subset=pid` shows (proc(5)): processes and nothing else. */
const ofProcess = /^\/proc(\/(self|thread-self|\d+)(\/|$)|$)/;

/**
 * Returns the permission that shows a kernel file. Only the administrator can add `kernelProc` and `sys`, because they show facts
 * about the host.
 */
export function permissionFor(path: Path): "proc" | "kernelProc" | "sys" {
	return ofProcess.test(path) ? "proc" : isWithin(path, sys) ? "sys" : "kernelProc";
}

const sys = pathFromText("/sys");

export interface Evidence {
	readonly output: string;
	/** The application exited without being stopped, so its last failures are likely causes. */
	readonly ended: boolean;
	/** Paths, and names of calls without a path, that failed last; newest last. */
	readonly lastFailed: readonly string[];
	/** The application's package, and the packages of missing files. */
	readonly package?: string;
	readonly owners: ReadonlyMap<Path, { readonly name: string }>;
}

type RankedMissing = Missing & { readonly importance: Importance };

/** An application explains its exit in its last lines; earlier output is about something else. */
const lastLines = 20;

const configuration = pathFromText("/etc");
const library = /\.so(\.[0-9]+)*$/;
/** Message catalogues, time zones and locales: libc tries them and continues without. */
const localisation = /^\/usr\/(share\/(locale|zoneinfo|i18n)|lib\/locale)\//;

/**
 * Sorts missing items, the likeliest cause first: what the application named just before it exited, then the last failed calls,
 * then configuration, libraries and other files of its package, and finally what most applications work without.
 */
export function rankMissing(missing: readonly Missing[], evidence: Evidence): RankedMissing[] {
	const lines = evidence.output.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
	const last = lines.slice(-lastLines).reverse();
	return missing
		.map((one): RankedMissing & { at: number } => {
			const { at, ...importance } = judge(one, last, evidence);
			return { ...one, importance, at };
		})
		.sort((a, b) => order(a) - order(b) || a.at - b.at || by(nameOf)(a, b))
		.map(({ at: _, ...ranked }) => ranked);
}

const order = ({ importance }: RankedMissing) => importances.indexOf(importance.level);

const nameOf = ({ call, path }: Missing): string => path ?? call;

/** `at` is the position within the level. */
function judge(one: Missing, last: readonly string[], evidence: Evidence): Importance & { at: number } {
	const named = last.findIndex((line) => names(line, one));
	if (named >= 0) return { level: "said", line: last[named] ?? "", at: named };
	const called = evidence.ended ? evidence.lastFailed.lastIndexOf(nameOf(one)) : -1;
	const before = called < 0 ? {} : { before: evidence.lastFailed.length - called };
	const error = errorTexts[one.error];
	const said = error === undefined ? -1 : last.findIndex((line) => line.includes(error));
	// libc and runtimes read kernel files that no cage shows, and continue without.
	const isUsual = isNoise(one) || (one.kind === "kernel-file" && one.remedy === undefined);
	// If several calls failed with that error, the latest is the likeliest cause.
	if (said >= 0 && !isUsual) return { level: "error-said", line: last[said] ?? "", ...before, at: before.before ?? 1000 };
	if (before.before !== undefined && !isUsual) return { level: "last-call", before: before.before, at: before.before };
	if (isTolerable(one) || isNoise(one)) return { level: "noise", at: 0 };
	const owner = one.path === undefined ? undefined : evidence.owners.get(one.path)?.name;
	const isOwn = owner !== undefined && owner === evidence.package;
	// The application's own files come before other packages'.
	const rest = { ...(isOwn ? { package: owner } : {}), at: isOwn ? 0 : 1 };
	if (one.path !== undefined && isWithin(one.path, configuration)) return { level: "configuration", ...rest };
	if (one.path !== undefined && library.test(one.path)) return { level: "library", ...rest };
	return { level: isOwn ? "package" : "other", ...rest };
}

/**
 * Whether a line names the item: by its path, by the end of its path as for a relative path or library, or by the name of its
 * account or call.
 */
function names(line: string, { call, path }: Missing): boolean {
	const words = wordsOf(line);
	if (path === undefined) return words.includes(call);
	const shown = showPath(path);
	const isNamed = (word: string) => word === shown || (word.length >= shortestName && shown.endsWith(`/${word}`));
	// A name with a space is more than one word.
	return words.some(isNamed) || (shown.includes(" ") && line.includes(shown));
}

/** A shorter word may match by accident. */
const shortestName = 4;

function wordsOf(line: string): string[] {
	const words = line.match(/[^\s'"`()[\]{}<>=,;:]+/g) ?? [];
	return words.map((word) => word.replace(/[.!?]+$/, "").replace(/^\.\//, ""));
}

function isNoise({ path }: Missing): boolean {
	return path !== undefined && localisation.test(path);
}

/** strerror(3) for the errors that a layer of the cage returns. */
export const errorTexts: Readonly<Record<string, string>> = {
	ENOENT: "No such file or directory",
	ENOTDIR: "Not a directory",
	EACCES: "Permission denied",
	EPERM: "Operation not permitted",
	EROFS: "Read-only file system",
	EAFNOSUPPORT: "Address family not supported by protocol",
};

/**
 * Returns the files that were left out although the kernel needs them to execute the application: its program, interpreters, and
 * links to them. Without one, the launch fails before the application's first call, so that its trace shows nothing.
 */
export function findMissingAtStart({ application, entries }: Plan, files: Files): Missing[] {
	const program = normalise(pathFromText(application.command[0] ?? "/"));
	const { end, links } = linkChain(program, files);
	const needed = new Set<Path>([program, ...links.map(({ path }) => path), ...(end === undefined ? [] : [end])]);
	// A script's interpreter has an interpreter of its own.
	for (let known = 0; known < needed.size; ) {
		known = needed.size;
		for (const entry of entries) if (isInterpreterOf(entry, needed)) needed.add(entry.path);
	}
	return entries
		.filter(({ decision, path }) => decision === "declined" && needed.has(path))
		.map(({ path }) => ({ kind: "absent", path, call: "execve", error: "ENOENT", declined: true }));
}

function isInterpreterOf({ reasons }: Entry, programs: ReadonlySet<Path>): boolean {
	return reasons.some((reason) => reason.kind === "interpreter-of" && programs.has(reason.by));
}
