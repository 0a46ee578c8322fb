import { append } from "../base/collections.ts";
import type { Files } from "../base/machine/facts.ts";
import { isPublic } from "../base/machine/facts.ts";
import { join, normalise, type Path } from "../base/path/path.ts";
import type { WatchedFailure, WatchResult } from "../cage/cage.ts";
import { type Architecture, syscallNumber } from "../confine/seccomp/syscalls.ts";
import { findMissing } from "../plan/find-missing.ts";
import { isTolerable, type Missing } from "../plan/missing.ts";
import type { Plan } from "../plan/plan.ts";
import { emptyTrace, type Operation, type Trace } from "../trace/trace.ts";
import { watchedCalls, watchedErrors } from "./calls.ts";

const atWorkingDirectory = -100;

/** struct failure of native/failures.h: number of the call, result, directory, and the path from here on. */
export const failureSize = 272;
const pathAt = 16;

/**
 * Parses a record of native/failures.c. Returns undefined if it is invalid, or if the path is cut or relative to an unknown directory.
 * `cwd` is the application's.
 */
export function parseFailure(record: Buffer, architecture: Architecture, cwd: Path): WatchedFailure | undefined {
	if (record.length !== failureSize) return undefined;
	const number = record.readUInt32LE(0);
	const entry = [...watchedCalls].find(([name]) => syscallNumber(name, architecture) === number);
	const error = watchedErrors.get(record.readInt32LE(4));
	const end = record.indexOf(0, pathAt);
	const named = record.toString("latin1", pathAt, end) as Path;
	// Without a NUL, or with it in the last byte, the kernel may have cut the path.
	if (entry === undefined || error === undefined || end <= pathAt || end === failureSize - 1) return undefined;
	if (!named.startsWith("/") && record.readInt32LE(8) !== atWorkingDirectory) return undefined;
	const [call, does] = entry;
	return { path: normalise(named.startsWith("/") ? named : join(cwd, named)), call, error, does };
}

export const keyOfFailure = ({ call, error, path }: WatchedFailure) => `${call} ${error} ${path}`;

/** Adds two watches. */
export function addWatchResults(before: WatchResult | undefined, now: WatchResult): WatchResult {
	if (before === undefined) return now;
	const failures = new Map([...before.failures, ...now.failures].map((one) => [keyOfFailure(one), one]));
	const full = before.full || now.full;
	return {
		since: before.since,
		until: now.until,
		seconds: before.seconds + now.seconds,
		failures: [...failures.values()],
		...(full ? { full } : {}),
	};
}

/** Translations: a launch's own programs look for them in the cage too, and work without. */
const translations = /^\/usr\/share\/locale(-langpack)?\//;

/**
 * Returns files that the cage is missing, with a mark on those that not everybody may read: those that the host has, that the plan does not have, and for which there is a remedy. Ignores
 * what most applications work without and what was left out on purpose.
 */
export function missingInCage({ failures }: WatchResult, host: Trace, plan: Plan, files: Files): Missing[] {
	const planned = new Set(plan.entries.flatMap(({ decision, path }) => (decision === "include" ? [path] : [])));
	return findMissing({ host, cage: traceOf(failures.filter(({ path }) => !translations.test(path))) }, plan, files, 0)
		.filter(
			(one) =>
				one.remedy !== undefined && !one.declined && !isTolerable(one) && !(one.path !== undefined && planned.has(one.path)),
		)
		.map((one) => (pathsOf(one).every((path) => isPublic(path, files)) ? one : { ...one, private: true }));
}

/** The path, and that which the remedy would give to the application. */
function pathsOf({ path, remedy }: Missing): Path[] {
	return [...(path === undefined ? [] : [path]), ...(remedy && "path" in remedy ? [remedy.path] : [])];
}

function traceOf(failures: readonly WatchedFailure[]): Trace {
	const trace = emptyTrace();
	const paths = new Map<Path, WatchedFailure[]>();
	for (const one of failures) append(paths, one.path, one);
	for (const [path, its] of paths) {
		const failed = new Map<string, Set<Operation>>();
		for (const { does, error } of its) failed.set(error, (failed.get(error) ?? new Set()).add(does));
		const none: ReadonlySet<Operation> = new Set();
		trace.accesses.set(path, {
			path,
			succeeded: none,
			rootOps: none,
			failed,
			calls: new Set(its.map(({ call }) => call)),
			programs: new Set(),
		});
	}
	return trace;
}
