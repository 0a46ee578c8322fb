import type { CoverageReport } from "../../base/engine/events.ts";
import type { Note, Values } from "../../base/failure.ts";
import type { Group, User } from "../../base/machine/facts.ts";
import type { TrialRound } from "../../make/engine/trial.ts";
import type { FileUnit, SearchOutcome } from "../../minimise/units.ts";
import type { Answers } from "../../options/answers.ts";
import type { NextStep } from "../../options/next-steps.ts";
import type { TraceResult } from "../../trace/engine/trace.ts";
import type { TraceDifference } from "../../trace/trace.ts";

export interface MissingRequirement {
	/** A program or a kernel feature, for example `strace`. */
	readonly what: string;
	/** The package that provides it, if there is one. */
	readonly package?: string;
	/** The command that installs all missing packages as root, if we are not root. */
	readonly asRoot?: string;
}

/** Undefined without a known package manager. `isAllowed`: this user may run it. */
export interface Installation {
	readonly command?: string;
	readonly isAllowed: boolean;
}

/** Fields that the form shows on request. */
export const furtherFields = [
	...(["timeout", "dedicatedAccount", "calls", "limitMemory", "limitProcesses", "limitFiles"] as const),
	...(["allow", "refuse", "directory", "socket", "acceptFinding"] as const),
] as const;
export type FurtherField = (typeof furtherFields)[number];

export interface Problem {
	readonly field: "name" | "command" | "user" | "cwd" | "env" | "probe" | "exercise" | FurtherField;
	readonly code: string;
	readonly values: Values;
	/** The text of the row, if a field has several. */
	readonly line?: string;
	/** It does not block the trace. */
	readonly isWarning?: true;
}

/** `more` shows the further fields. */
export type FieldName = Problem["field"] | "network" | "onHost" | "more";

/** Leads to a field. `text`: the proposed text. `line`: the row to change, if the field has several. */
export interface FieldFix {
	readonly kind: "field";
	readonly field: FieldName;
	readonly text?: string;
	readonly line?: string;
}

export interface SavedTemplate {
	readonly path: string;
	/** It hides a built-in template of the same name. */
	readonly hidesBuiltIn: boolean;
}

export interface ResumedSession {
	readonly id: string;
	/** `Restored` of `stored-state.ts`. */
	readonly state: object;
	readonly whole: boolean;
	readonly name: string;
	readonly ago: number;
	/** Number of files that changed since the trace, and one of them. */
	readonly changed: number;
	readonly example: string;
}

/** `names`: account names of the host, by uid. */
export interface AddedRun extends TraceDifference {
	readonly names?: Readonly<Record<number, string>>;
}

export interface TraceSummary extends Pick<TraceResult, "probes" | "exercises" | "signals" | "output" | "answered"> {
	/** What the run added to the earlier ones. */
	readonly added?: AddedRun;
	readonly reached?: CoverageReport;
}

export interface Round
	extends Pick<TrialRound, "round" | "probes" | "failedExercises" | "missing" | "answered" | "output" | "ended"> {
	/** Absent in sessions of older versions. */
	readonly generation?: number;
	/** Items added before this round. */
	readonly added?: readonly string[];
	/** For the build and the trial. */
	readonly seconds?: number;
}

export interface UnneededFiles extends SearchOutcome {
	/** All units of the candidate. */
	readonly units: readonly FileUnit[];
}

/** Responsible people as the record names them; empty if open. `proposal`: who may have implemented it, if nobody was asked yet. */
export interface RecordNames {
	readonly initiatedBy: string;
	readonly implementedBy: string;
	readonly proposal?: string;
}

export interface FinishedCage {
	readonly name: string;
	readonly root: string;
	readonly data: string;
	readonly record: string;
	readonly answered: boolean;
	/** What no probe has proven. */
	readonly warnings: readonly Note[];
	/** The equivalent command line. */
	readonly command: string;
	readonly next: readonly NextStep[];
	/** The host's service of the same application. */
	readonly service?: string;
	readonly installs: boolean;
	readonly names: RecordNames;
}

/** A cage whose plan is edited: its answers and its trace. */
export interface EditedCage {
	readonly answers: Answers;
	readonly traced: TraceSummary;
}

export interface InstalledUnit {
	readonly place: string;
	readonly action: "installed" | "replaced" | "unchanged" | "removed";
	/** The name for systemctl. */
	readonly unit: string;
}

/** The part of the host that the reviews before a build compare the plan with. */
export interface HostView {
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	/** Content of /etc/nsswitch.conf, or empty. */
	readonly nsswitch: string;
	/** The state folder, and the free bytes of its file system. */
	readonly state: string;
	readonly free: number;
	/** A cage of this name has data. */
	readonly hasData: boolean;
	/** The existing cage of this name. */
	readonly cage?: { readonly generation: number; readonly command: readonly string[]; readonly adopted?: string };
	/** The equivalent command line. */
	readonly command: string;
	/** This user can install a unit. */
	readonly installs: boolean;
	/** The host's service of the same application. */
	readonly service?: string;
}
