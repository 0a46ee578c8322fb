import type { Path } from "../../../core/path/path.ts";
import type { AccessCounts } from "../../../core/trace/recorder.ts";
import type { ProbeOutcome, Reached, ShownProcesses } from "../../../engine/events.ts";
import type { AddedRun, Traced } from "../../session/values.ts";
import type { Novelty } from "./novelty.ts";

export const traceTabs = ["output", "processes", "newest", "reached"] as const;
export type TraceTab = (typeof traceTabs)[number];

/** What is known of the runs of an application under the trace. */
export interface Tracing {
	readonly counts?: AccessCounts;
	/** The last different paths, newest last. */
	readonly newest: readonly Path[];
	readonly processes?: ShownProcesses;
	readonly reached?: Reached;
	/** The life that runs now: a run has two, for the second start finds what the first one left. */
	readonly run: number;
	readonly running: boolean;
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	readonly signals: readonly string[];
	readonly novelty: Novelty;
	/** Exercises that were asked for here, whether or not they have run yet. */
	readonly asked: readonly string[];
	readonly ending: boolean;
	/** When this run is over, another one begins. */
	readonly again: boolean;
	/** This run adds to the result of those before. */
	readonly adding: boolean;
	/** Runs of which the result is the sum. */
	readonly runs: number;
	readonly tab: TraceTab;
	/** What was traced: the same application is not traced again on the way back and forth. */
	readonly subject: string;
	readonly result?: Traced;
	/** What the last run showed beyond those before it. */
	readonly added?: AddedRun;
}

/** With nothing running: what the runs before showed stays, and the clock of what ran is forgotten. */
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
