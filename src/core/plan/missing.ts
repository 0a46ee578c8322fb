import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { isForReaders } from "./areas.ts";
import { capabilityWord, permissionWords } from "./permissions.ts";
import type { Addition } from "./plan.ts";

/** Why something that is missing may matter; the likeliest reason first. */
const importances = ["said", "error-said", "last-call", "configuration", "library", "package", "other", "noise"] as const;

/** How likely it is that an application fails for want of something, and what speaks for it. */
export interface Importance {
	readonly level: (typeof importances)[number];
	/** What the application said of it: the line as it came. */
	readonly line?: string;
	/** How many failed calls before the end it was, 1 for the very last. */
	readonly before?: number;
	/** The application's own package, to which it belongs. */
	readonly package?: string;
}

/** Which layer of the cage an access failed at, and so what would remedy it. */
export type MissingKind =
	| "absent"
	| "owner-or-mode"
	| "read-only"
	| "capability"
	| "filtered"
	| "kernel-file"
	| "noexec"
	| "account";

/** Something that worked on the host and fails in the cage. */
export interface Missing {
	readonly kind: MissingKind;
	/** Absent where it is a call without one, or an account. */
	readonly path?: Path;
	/** The call; of an account its name. */
	readonly call: string;
	readonly error: string;
	readonly program?: Path;
	/** What would remedy it; absent where nothing of ours can. */
	readonly remedy?: Addition;
	/** On the host it failed in the same way as well as it worked: another process of the application was refused there too. */
	readonly mixed?: true;
	/** Left out because the application passed every probe and exercise without it: counts where it does so no more. */
	readonly proven?: true;
	/** The host's trace does not show it succeed, so only the administrator's word adds it. */
	readonly unseen?: true;
	/** The writable directory from which it executes what it wrote: only the administrator's word allows that. */
	readonly executes?: Path;
	/** Left out on purpose: a secret, a setuid file, an exclude, a permission that a rule refuses. */
	readonly declined: boolean;
	/** Once it was weighed against what the application said and did last. */
	readonly importance?: Importance;
}

/** How a trial went, as far as it decides about remedies. */
interface Outcome {
	readonly answered: boolean;
	/** Exercises and signals that worked on the host and failed in the cage. */
	readonly failedExercises: readonly string[];
}

/**
 * Whether only the administrator's word adds a remedy. An application that answers proves that it works without, whatever it asks for;
 * and a call that never succeeded on the host is no need.
 */
export function isOffer({ unseen }: Missing, { answered, failedExercises }: Outcome): boolean {
	return unseen === true || (answered && !failedExercises.length);
}

/** The word of `--allow` and `--refuse` for what would remedy it, where a permission would. */
export function permissionOf({ remedy }: Pick<Missing, "remedy">): string | undefined {
	if (remedy?.kind === "capability") return capabilityWord(remedy.name);
	return remedy?.kind === "opening" ? permissionWords[remedy.name] : undefined;
}

/**
 * Whether an application mostly lives without it: redis reads /proc/self/stat all the time, and libc asks for a name service's socket before it
 * goes on by itself. Such a thing counts where the application does not answer.
 */
export function isTolerable({ call, kind, mixed, path, remedy }: Missing): boolean {
	if (path !== undefined && isForReaders(path) && /stat|access/.test(call)) return true;
	return mixed || kind === "kernel-file" || kind === "noexec" || (remedy?.kind === "opening" && remedy.name !== "proc");
}

/** What a cage's /proc shows where it is opened: processes and nothing else (proc(5), `subset=pid`). */
const ofProcess = /^\/proc(\/(self|thread-self|\d+)(\/|$)|$)/;

/** The permission that shows a file of the kernel. `kernelProc` and `sys` show facts about the host, so only the administrator's word adds them. */
export function permissionFor(path: Path): "proc" | "kernelProc" | "sys" {
	return ofProcess.test(path) ? "proc" : isWithin(path, sys) ? "sys" : "kernelProc";
}
const sys = pathFromText("/sys");

export interface Evidence {
	/** What the application printed. */
	readonly output: string;
	/** It ended by itself: what it asked for last is what it ended for. */
	readonly ended: boolean;
	/** Paths, and names of calls without one, that failed last; newest last. */
	readonly lastFailed: readonly string[];
	/** The package that the application comes from, and those that own what is missing. */
	readonly package?: string;
	readonly owners: ReadonlyMap<Path, { readonly name: string }>;
}

type RankedMissing = Missing & { readonly importance: Importance };

/** An application says in its last lines why it gives up; what it printed long before is something else. */
const lastLines = 20;

const configuration = pathFromText("/etc");
const library = /\.so(\.[0-9]+)*$/;
/** Message catalogues, time zones and locales: libc asks for them and goes on without. */
const localisation = /^\/usr\/(share\/(locale|zoneinfo|i18n)|lib\/locale)\//;

/**
 * The missing, the likeliest cause first: what the application said just before it ended, then what its last calls failed at, then
 * configuration, libraries and other files of its package, and last what applications mostly live without.
 */
export function rankMissing(missing: readonly Missing[], evidence: Evidence): RankedMissing[] {
	const lines = evidence.output.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
	const last = lines.slice(-lastLines).reverse();
	return missing
		.map((one): RankedMissing & { at: number } => {
			const { at, ...importance } = judge(one, last, evidence);
			return { ...one, importance, at };
		})
		.sort((a, b) => order(a) - order(b) || a.at - b.at || (nameOf(a) < nameOf(b) ? -1 : 1))
		.map(({ at: _, ...ranked }) => ranked);
}

const order = ({ importance }: RankedMissing) => importances.indexOf(importance.level);

const nameOf = ({ call, path }: Missing): string => path ?? call;

/** `at` is its place among those of the same level. */
function judge(one: Missing, last: readonly string[], evidence: Evidence): Importance & { at: number } {
	const named = last.findIndex((line) => names(line, one));
	if (named >= 0) return { level: "said", line: last[named] ?? "", at: named };
	const called = evidence.ended ? evidence.lastFailed.lastIndexOf(nameOf(one)) : -1;
	const before = called < 0 ? {} : { before: evidence.lastFailed.length - called };
	const error = errorTexts[one.error];
	const said = error === undefined ? -1 : last.findIndex((line) => line.includes(error));
	// libc and runtimes read files of the kernel that no cage shows, and go on without them.
	const isUsual = isNoise(one) || (one.kind === "kernel-file" && one.remedy === undefined);
	// Several things may have failed with that error: those that failed last are meant.
	if (said >= 0 && !isUsual) return { level: "error-said", line: last[said] ?? "", ...before, at: before.before ?? 1000 };
	if (before.before !== undefined && !isUsual) return { level: "last-call", before: before.before, at: before.before };
	if (isTolerable(one) || isNoise(one)) return { level: "noise", at: 0 };
	const owner = one.path === undefined ? undefined : evidence.owners.get(one.path)?.name;
	const isOwn = owner !== undefined && owner === evidence.package;
	// What belongs to its own package comes before what belongs to others.
	const rest = { ...(isOwn ? { package: owner } : {}), at: isOwn ? 0 : 1 };
	if (one.path !== undefined && isWithin(one.path, configuration)) return { level: "configuration", ...rest };
	if (one.path !== undefined && library.test(one.path)) return { level: "library", ...rest };
	return { level: isOwn ? "package" : "other", ...rest };
}

/** By the whole path or by the end of it, as a relative path or a library is named; an account or a call by its name. */
function names(line: string, { call, path }: Missing): boolean {
	const words = wordsOf(line);
	if (path === undefined) return words.includes(call);
	const shown = showPath(path);
	const isNamed = (word: string) => word === shown || (word.length >= shortestName && shown.endsWith(`/${word}`));
	// A name with a space in it is no word.
	return words.some(isNamed) || (shown.includes(" ") && line.includes(shown));
}

/** A shorter word may be there by accident. */
const shortestName = 4;

function wordsOf(line: string): string[] {
	const words = line.match(/[^\s'"`()[\]{}<>=,;:]+/g) ?? [];
	return words.map((word) => word.replace(/[.!?]+$/, "").replace(/^\.\//, ""));
}

function isNoise({ path }: Missing): boolean {
	return path !== undefined && localisation.test(path);
}

/** strerror(3) of the errors that a layer of the cage ends a call in. */
export const errorTexts: Readonly<Record<string, string>> = {
	ENOENT: "No such file or directory",
	ENOTDIR: "Not a directory",
	EACCES: "Permission denied",
	EPERM: "Operation not permitted",
	EROFS: "Read-only file system",
	EAFNOSUPPORT: "Address family not supported by protocol",
};
