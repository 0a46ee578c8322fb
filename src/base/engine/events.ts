import type { BuildPhase } from "../../cage/ports.ts";
import type { Coverage, StageCoverage } from "../../coverage/coverage.ts";
import type { NextExercise } from "../../coverage/next-exercises.ts";
import type { MinimiseProgress } from "../../minimise/search.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ProcessRow, ProcessTree } from "../../trace/processes.ts";
import type { AccessCounts } from "../../trace/recorder.ts";
import type { AwaitedEvent } from "../../trace/trace.ts";
import type { Note } from "../failure.ts";
import type { Path } from "../path/path.ts";
import type { CommandEvent } from "../ports.ts";

export const eventSteps = ["trace", "attach", "plan", "build", "trial"] as const;
export type Step = (typeof eventSteps)[number];

/** Where an application runs. `rehearsal` is the sandbox: readers of --events know it by this value. */
export const eventPlaces = ["rehearsal", "host", "cage"] as const;

export interface ProbeOutcome {
	readonly command: string;
	readonly ok: boolean;
	/** The end of its output if it failed. */
	readonly output: string;
	/** Present if it failed because it cannot run (`cannotRun`). */
	readonly status?: number;
}

/** Processes with the names of the accounts that they changed to. */
export interface ShownProcesses extends ProcessTree {
	readonly rows: readonly (ProcessRow & { readonly account?: string })[];
}

/** Events are named in the past tense. Each interface shows those it needs. */
export type Event =
	| { readonly event: "step-started"; readonly step: Step; readonly onHost?: boolean }
	| { readonly event: "step-finished"; readonly step: Step; readonly seconds: number }
	| { readonly event: "application-started"; readonly where: (typeof eventPlaces)[number]; readonly run: number }
	| { readonly event: "processes-attached"; readonly pid: number; readonly processes: number }
	| { readonly event: "application-ended"; readonly status: number }
	| { readonly event: "output-received"; readonly text: string }
	| ({ readonly event: "waited"; readonly seconds: number } & AwaitedEvent)
	| {
			readonly event: "accesses-counted";
			readonly run: number;
			readonly counts: AccessCounts & { readonly newest: readonly Path[] };
	  }
	| { readonly event: "processes-seen"; readonly processes: ShownProcesses }
	| ({ readonly event: "coverage-measured" } & CoverageReport)
	| ({ readonly event: "probe-tried" } & ProbeOutcome)
	| { readonly event: "exercise-started"; readonly command: string }
	| ({ readonly event: "exercise-run" } & ProbeOutcome)
	| { readonly event: "watch-started"; readonly seconds: number }
	| { readonly event: "service-stopped"; readonly service: string }
	| { readonly event: "service-started"; readonly service: string }
	| { readonly event: "signal-sent"; readonly signal: string }
	| { readonly event: "plan-made"; readonly plan: Plan }
	| { readonly event: "file-copied"; readonly path: Path; readonly bytesDone: number; readonly bytesTotal: number }
	| { readonly event: "phase-started"; readonly phase: BuildPhase }
	| { readonly event: "generation-built"; readonly generation: number; readonly unchanged: boolean }
	| { readonly event: "round-started"; readonly round: number; readonly rounds: number }
	| {
			readonly event: "round-finished";
			readonly round: number;
			readonly missing: readonly Missing[];
			readonly probes: readonly ProbeOutcome[];
	  }
	/** The cage answers as it is. From now on, `jobs` trials without some files run in parallel. */
	| { readonly event: "search-started"; readonly jobs: number }
	/** `files` and `bytes` are left out so far; `secondsLeft` once an estimate is possible. */
	| ({ readonly event: "subset-tried" } & MinimiseProgress)
	| { readonly event: "selftest-started" }
	/** The cage is tried as a systemd service. */
	| { readonly event: "unit-trial-started"; readonly unit: string }
	/** The techniques run three times: without any layer, as the application is started, and without any layer again. */
	| {
			readonly event: "ways-tried";
			readonly launch: number;
			readonly launches: number;
			readonly tried: number;
			readonly ways: number;
	  }
	| {
			readonly event: "selftest-finished";
			readonly tried: number;
			readonly escaped: readonly string[];
			readonly openByDesign: readonly string[];
	  }
	| CommandEvent
	| ({ readonly event: "warned" } & Note);

/** How far an application was exercised, and what would extend it. Shown by plan, wizard, `show` and record. */
export interface CoverageReport {
	/** Absent if no package contains the application. */
	readonly coverage?: Coverage;
	/** Stages of its life cycle, including those that never occurred. Absent while it runs, because most occur at the end of a trace. */
	readonly life?: readonly StageCoverage[];
	readonly next: readonly NextExercise[];
}
