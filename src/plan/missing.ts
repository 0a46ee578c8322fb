import { by } from "../base/collections.ts";
import { etc, isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { withoutColours } from "../base/text.ts";
import { isDocumentation, isSharedObject } from "./areas.ts";
import { callWord, capabilityWord, permissionWords, portWord } from "./permission-words.ts";
import type { Addition, FoundPermission } from "./plan.ts";

/** Why a missing item may matter, the likeliest cause first. */
export const importances = ["said", "error-said", "last-call", "configuration", "library", "package", "other", "noise"] as const;

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
export const missingKinds = [
	"absent",
	"owner-or-mode",
	"read-only",
	"capability",
	"filtered",
	"kernel-file",
	"port",
	"noexec",
	"account",
] as const;
export type MissingKind = (typeof missingKinds)[number];

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
	/**
	 * Not every account may read it on the host. The request of an application that runs confined, and may be compromised, is no
	 * reason to give it to the application.
	 */
	readonly private?: true;
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

/** Permissions that only the administrator can add, although the sandbox shows that the application uses them. */
const consents: ReadonlySet<FoundPermission> = new Set(["ownProcess", "packetSockets", "uevents"]);

export function needsConsent(name: FoundPermission): boolean {
	return consents.has(name);
}

/** Whether it is a setting of a process that reaches nothing else (proc(5)): not its memory, its uids or its security module. */
export function isOwnSetting(path: Path): boolean {
	return /^\/proc\/(self|thread-self|\d+)\/(task\/\d+\/)?(autogroup|comm|coredump_filter|oom_adj|oom_score_adj|timerslack_ns)$/.test(
		path,
	);
}

const sys = pathFromText("/sys");

/** strerror(3) for the errors that a layer of the cage returns. */
export const errorTexts: Readonly<Record<string, string>> = {
	ENOENT: "No such file or directory",
	ENOTDIR: "Not a directory",
	EACCES: "Permission denied",
	EPERM: "Operation not permitted",
	EROFS: "Read-only file system",
	EAFNOSUPPORT: "Address family not supported by protocol",
};

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

/** Message catalogues, time zones and locales: libc tries them and continues without. */
const localisation = /^\/usr\/(share\/(locale|zoneinfo|i18n)|lib\/locale)\//;

/**
 * Sorts missing items, the likeliest cause first: what the application named just before it exited, then the last failed calls,
 * then configuration, libraries and other files of its package, and finally what most applications work without.
 */
export function rankMissing(missing: readonly Missing[], evidence: Evidence): RankedMissing[] {
	const lines = withoutColours(evidence.output)
		.split(/\r\n|\n|\r/)
		.filter((line) => line.trim() !== "");
	const last = lines.slice(-lastLines).reverse();
	return missing
		.map((one): RankedMissing & { at: number } => {
			const { at, ...importance } = importanceOf(one, last, evidence);
			return { ...one, importance, at };
		})
		.sort((a, b) => order(a) - order(b) || a.at - b.at || by(nameOf)(a, b))
		.map(({ at: _, ...ranked }) => ranked);
}

const order = ({ importance }: RankedMissing) => importances.indexOf(importance.level);

const nameOf = ({ call, path }: Missing): string => path ?? call;

/** `at` is the position within the level. */
function importanceOf(one: Missing, last: readonly string[], evidence: Evidence): Importance & { at: number } {
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
	if (one.path !== undefined && isWithin(one.path, etc)) return { level: "configuration", ...rest };
	if (one.path !== undefined && isSharedObject(one.path)) return { level: "library", ...rest };
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
