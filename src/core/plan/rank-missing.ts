import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { type Importance, importances } from "./importance.ts";
import { isTolerable, type Missing } from "./missing.ts";

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
