import { omitUndefined } from "../../base/collections.ts";
import type { CoverageReport, ProbeOutcome, ShownProcesses } from "../../base/engine/events.ts";
import type { Path } from "../../base/path/path.ts";
import type { AccessCounts } from "../../trace/recorder.ts";
import type { AddedRun, TraceSummary } from "./values.ts";

export const traceTabs = ["output", "processes", "newest", "reached"] as const;
export type TraceTab = (typeof traceTabs)[number];

/** The state of all trace runs of an application. */
export interface TraceState {
	readonly counts?: AccessCounts;
	/** The newest paths, newest last. */
	readonly newest: readonly Path[];
	readonly processes?: ShownProcesses;
	readonly reached?: CoverageReport;
	/** The current start. A run starts the application twice, because the second start finds the files of the first. */
	readonly run: number;
	readonly running: boolean;
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	readonly signals: readonly string[];
	readonly novelty: Novelty;
	/** Exercises requested in this step. */
	readonly asked: readonly string[];
	readonly ending: boolean;
	/** Start another run after this one. */
	readonly again: boolean;
	/** This run adds to the earlier ones. */
	readonly adding: boolean;
	/** Number of runs in the result. */
	readonly runs: number;
	readonly tab: TraceTab;
	/** The traced application as JSON, so that it is not traced again unchanged. */
	readonly subject: string;
	readonly result?: TraceSummary;
	/** What the last run added. */
	readonly added?: AddedRun;
}

/** The state without a running trace. Results stay; timers are reset. */
export function atRest(trace: TraceState): TraceState {
	const { gains } = trace.novelty;
	return { ...trace, running: false, adding: false, again: false, ending: false, novelty: { gains } };
}

export function newTracing(subject: string): TraceState {
	return {
		newest: [],
		run: 0,
		running: false,
		probes: [],
		exercises: [],
		signals: [],
		novelty: { gains: {} },
		asked: [],
		ending: false,
		again: false,
		adding: false,
		runs: 0,
		tab: "output",
		subject,
	};
}

/** When the trace last found something new, and what each exercise added. Times are milliseconds of any monotonic clock. */
interface Novelty {
	readonly now?: number;
	/** Time of the last change of the counts. */
	readonly newAt?: number;
	/** Paths that each exercise added, until the next one began. */
	readonly gains: Readonly<Record<string, number>>;
	/** The last exercise: the number of paths and the sum of all counts when it began, and when it ended. */
	readonly exercise?: {
		readonly command: string;
		readonly paths: number;
		readonly total: number;
		readonly over: boolean;
		readonly endedAt?: number;
	};
}

/** Seconds without news before the trace counts as quiet, because starts and exercises pause. */
const quietSeconds = 5;

/** Why the trace may be complete. */
type Quiet =
	| { readonly kind: "since-exercise"; readonly seconds: number }
	| { readonly kind: "for-seconds"; readonly seconds: number };

/** The sum changes whenever something new is found, because every count is of distinct things. */
function totalOf(counts: AccessCounts | undefined): number {
	return counts ? Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.missing : 0;
}

export function counted(
	novelty: Novelty,
	before: AccessCounts | undefined,
	counts: AccessCounts,
	at: number | undefined,
): Novelty {
	const { exercise } = novelty;
	const isNew = before === undefined || totalOf(before) !== totalOf(counts) || before.missing < counts.missing;
	const gained = exercise ? { gains: { ...novelty.gains, [exercise.command]: counts.paths - exercise.paths } } : {};
	return { ...novelty, ...gained, ...(isNew && at !== undefined ? { newAt: at, now: at } : {}) };
}

export function exerciseStarted(novelty: Novelty, command: string, counts: AccessCounts | undefined): Novelty {
	const exercise = { command, paths: counts?.paths ?? 0, total: totalOf(counts), over: false };
	return { ...novelty, exercise, gains: { ...novelty.gains, [command]: 0 } };
}

export function exerciseEnded(novelty: Novelty, command: string, at: number | undefined): Novelty {
	const { exercise } = novelty;
	if (exercise?.command !== command) return novelty;
	return { ...novelty, exercise: { ...exercise, over: true, ...omitUndefined({ endedAt: at }) } };
}

export function ticked(novelty: Novelty, at: number): Novelty {
	// The display changes once a second.
	const ticking = { ...novelty, now: at, newAt: novelty.newAt ?? at };
	return novelty.now !== undefined && secondsOf(ticking) === secondsOf(novelty) ? novelty : ticking;
}

/** Seconds since the last news and the last exercise. */
function secondsOf({ exercise, newAt, now }: Novelty): number {
	if (newAt === undefined || now === undefined) return 0;
	return Math.max(0, Math.floor((now - Math.max(newAt, exercise?.endedAt ?? newAt)) / 1000));
}

/** Undefined if something new was found lately, or an exercise is running. */
export function quietOf(novelty: Novelty, counts: AccessCounts | undefined): Quiet | undefined {
	const seconds = secondsOf(novelty);
	const { exercise } = novelty;
	if (seconds < quietSeconds || exercise?.over === false) return undefined;
	return { kind: exercise && totalOf(counts) === exercise.total ? "since-exercise" : "for-seconds", seconds };
}
