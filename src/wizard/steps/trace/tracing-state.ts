import type { Path } from "../../../core/path/path.ts";
import type { AccessCounts } from "../../../core/trace/recorder.ts";
import type { CoverageReport, ProbeOutcome, ShownProcesses } from "../../../engine/events.ts";
import type { AddedRun, Traced } from "../../session/values.ts";
import type { Novelty } from "./novelty.ts";

export const traceTabs = ["output", "processes", "newest", "reached"] as const;
export type TraceTab = (typeof traceTabs)[number];

/** The state of all trace runs of an application. */
export interface Tracing {
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
	readonly result?: Traced;
	/** What the last run added. */
	readonly added?: AddedRun;
}

/** The state without a running trace. Results stay; timers are reset. */
export function atRest(trace: Tracing): Tracing {
	const { gains } = trace.novelty;
	return { ...trace, running: false, adding: false, again: false, ending: false, novelty: { gains } };
}

export function newTracing(subject: string): Tracing {
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
