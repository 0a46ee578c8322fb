import { by } from "../collections.ts";
import { etc, isWithin, type Path } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { withoutColours } from "../text.ts";
import { isSharedObject } from "./areas.ts";
import { errorTexts, type Importance, importances, isTolerable, type Missing } from "./missing.ts";

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
