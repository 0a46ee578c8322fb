import type { BuildPhase } from "../core/cage/build-phases.ts";
import type { Minimising } from "../core/minimise/search.ts";
import type { FileUnit, Found } from "../core/minimise/units.ts";
import type { Path } from "../core/path/path.ts";
import type { Coverage, NextExercise, StageReach } from "../core/plan/coverage.ts";
import type { Missing } from "../core/plan/missing.ts";
import type { PackageRef } from "../core/plan/plan.ts";
import type { NextStep } from "../core/questions/next-steps.ts";
import type { ParameterKind } from "../core/template/parameters.ts";
import type { ProcessRow, ProcessTree } from "../core/trace/processes.ts";
import type { AccessCounts } from "../core/trace/recorder.ts";
import type { Added, Awaited } from "../core/trace/trace.ts";

export type { NextExercise } from "../core/plan/coverage.ts";
export type { Added } from "../core/trace/trace.ts";

/**
 * What the wizard gets to see of the work. The engine's own values fit; they are named here once more because core knows nothing
 * of the engine.
 */
export interface Lack {
	readonly what: string;
	readonly package?: string;
	/** What root types to install every such package, where we are not root. */
	readonly asRoot?: string;
}

export interface Choice {
	readonly id: string;
	readonly kind: "session" | "demo" | "template" | "unit" | "process";
	readonly name: string;
	/** What it is, in one line. */
	readonly description: string;
	/** More about it, as whoever brings it says it. */
	readonly detail?: string;
	readonly command?: readonly string[];
	/** Absent where it starts as root. */
	readonly account?: string;
	readonly package?: PackageRef;
	readonly unit?: string;
	readonly enabled?: boolean;
	/** Of its first process, where it runs now. */
	readonly pid?: number;
	/** Where it listens now: `tcp 6379`, `unix /run/a.sock`. */
	readonly ports?: readonly string[];
	readonly probes?: readonly string[];
	/** What is not on this machine: programs, and the packages that bring them. Absent where everything is there. */
	readonly lacks?: { readonly programs: readonly string[]; readonly packages: readonly string[] };
	/** What an administrator should know beforehand, in the language of the wizard, and as notes. */
	readonly advice?: readonly string[];
	readonly notes?: readonly Told[];
	/** Of a template: what has to be told, or may be; and what was. */
	readonly parameters?: readonly AskedParameter[];
	readonly values?: Readonly<Record<string, string>>;
	/** Of a template whose commands nobody has accepted yet: all that it would run, for people, and the hash that is accepted with it. */
	readonly consent?: { readonly text: string; readonly hash: string };
	readonly accepts?: string;
	/** Of a session alone. */
	readonly left?: Left;
}

export interface AskedParameter {
	readonly name: string;
	readonly kind: ParameterKind;
	/** In the language of the wizard. */
	readonly title: string;
	readonly default?: string;
}

export interface TemplateSaved {
	readonly path: string;
	/** One of that name comes with the program, and is not seen any more as long as this one is there. */
	readonly hidesBuiltIn: boolean;
}

/** Where a session was left. */
export interface Left {
	/** Which of the steps, from 1. */
	readonly step: number;
	/** Seconds ago. */
	readonly ago: number;
	/** The process that has it open. */
	readonly holder?: number;
	/** Why one cannot go on with it. */
	readonly problem?: "damaged" | "newer";
}

export interface Resumed {
	/** The state as it was left, `Restored` of `stored.ts`. */
	readonly state: object;
	readonly whole: boolean;
	readonly name: string;
	readonly ago: number;
	/** Files that are not any more what was traced, with one of them. */
	readonly changed: number;
	readonly example: string;
}

export interface Problem {
	readonly field: "name" | "command" | "user" | "cwd" | "env" | "probe" | "exercise" | "timeout";
	readonly code: string;
	readonly values: Values;
	/** Of several rows of one field, the text of the one that it is about. */
	readonly line?: string;
	/** Worth knowing, and in nobody's way. */
	readonly isWarning?: true;
}

export type Values = Readonly<Record<string, string | number>>;

/** A failure as plain data, so that it can stand in the state. */
export interface Told {
	readonly code: string;
	readonly values: Values;
}

export interface ProbeOutcome {
	readonly command: string;
	readonly ok: boolean;
	readonly output: string;
}

export interface Round {
	readonly round: number;
	readonly probes: readonly ProbeOutcome[];
	readonly failedExercises: readonly string[];
	readonly missing: readonly Missing[];
	readonly answered: boolean;
	readonly output: string;
	readonly ended?: number;
	/** Of the generation that was tried: absent in a session that an older version began. */
	readonly generation?: number;
	/** What was added before. */
	readonly added?: readonly string[];
	/** Of the build and the trial. */
	readonly seconds?: number;
}

/** What a candidate can do without. */
export interface Unneeded extends Found {
	/** All that it has, left out or kept. */
	readonly units: readonly FileUnit[];
}

/** How far the self-test is. */
export interface Testing {
	readonly launch: number;
	readonly launches: number;
	readonly tried: number;
	readonly ways: number;
}

export interface InstalledUnit {
	readonly place: string;
	readonly action: "installed" | "replaced" | "unchanged" | "removed";
	/** What systemd starts. */
	readonly unit: string;
}

/** With the names of the accounts that it alone uses, as far as the host has them, by uid. */
export interface AddedRun extends Added {
	readonly names?: Readonly<Record<number, string>>;
}

export interface Traced {
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	readonly signals: readonly string[];
	readonly output: string;
	readonly answered: boolean;
	readonly added?: AddedRun;
	readonly reached?: Reached;
}

export interface Reached {
	/** Absent where no package brings the application. */
	readonly coverage?: Coverage;
	/** Stages of its life; absent while it runs. */
	readonly life?: readonly StageReach[];
	readonly next: readonly NextExercise[];
}

/** `account` is the name of the account that a process changed to. */
export interface ShownProcesses extends ProcessTree {
	readonly rows: readonly (ProcessRow & { readonly account?: string })[];
}

/** Who had a cage made and who made it, as its record says; empty where that is left open. `asks`: nobody was asked yet. */
export interface RecordNames {
	readonly initiatedBy: string;
	readonly implementedBy: string;
	readonly asks: boolean;
}

export interface Finished {
	readonly name: string;
	readonly root: string;
	readonly data: string;
	readonly record: string;
	readonly answered: boolean;
	/** What nobody has proven; absent in a session that an older version began. */
	readonly warnings?: readonly Told[];
	/** The one command line that does the same. */
	readonly command: string;
	/** What comes next. */
	readonly next: readonly NextStep[];
	/** The service of the host that is the same application; absent where there is none. */
	readonly service?: string;
	/** A unit can be installed here. */
	readonly installs: boolean;
	readonly names: RecordNames;
}

/** A program that was started for the user. */
export interface RanCommand {
	/** The number of its last start. */
	readonly number: number;
	/** As one would type it. */
	readonly line: string;
	/** Starts with nothing else between them. */
	readonly times: number;
	/** Exit status of the last start; absent while it runs. */
	readonly status?: number;
}

/** Events that a screen shows something of. `newest` comes where the engine sends it. */
export type Happening =
	| { readonly event: "application-started"; readonly where: string; readonly run: number }
	| { readonly event: "processes-attached"; readonly pid: number; readonly processes: number }
	| { readonly event: "application-ended"; readonly status: number }
	| { readonly event: "output-received"; readonly text: string }
	| ({ readonly event: "waited"; readonly seconds: number } & Awaited)
	| {
			readonly event: "accesses-counted";
			readonly run: number;
			readonly counts: AccessCounts & { readonly newest?: readonly Path[] };
	  }
	| { readonly event: "processes-seen"; readonly processes: ShownProcesses }
	| ({ readonly event: "coverage-measured" } & Reached)
	| { readonly event: "exercise-started"; readonly command: string }
	| ({ readonly event: "probe-tried" } & ProbeOutcome)
	| ({ readonly event: "exercise-run" } & ProbeOutcome)
	| { readonly event: "signal-sent"; readonly signal: string }
	| { readonly event: "file-copied"; readonly path: Path; readonly bytesDone: number; readonly bytesTotal: number }
	| { readonly event: "phase-started"; readonly phase: BuildPhase }
	| { readonly event: "generation-built"; readonly generation: number; readonly unchanged: boolean }
	| { readonly event: "round-started"; readonly round: number; readonly rounds: number }
	| ({ readonly event: "ways-tried" } & Testing)
	| ({ readonly event: "subset-tried" } & Minimising)
	| { readonly event: "command-started"; readonly number: number; readonly line: string }
	| { readonly event: "command-ended"; readonly number: number; readonly status: number }
	| { readonly event: "warned"; readonly code: string; readonly values: Values };
