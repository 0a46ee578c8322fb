import type { Note, Values } from "../../core/failure.ts";
import type { FileUnit, SearchOutcome } from "../../core/minimise/units.ts";
import type { Missing } from "../../core/plan/missing.ts";
import type { NextStep } from "../../core/questions/next-steps.ts";
import type { TraceDifference } from "../../core/trace/trace.ts";
import type { ProbeOutcome, Reached } from "../../engine/events.ts";

/** What a session gives back, as plain data that can stand in the state. */

export interface MissingRequirement {
	/** A program or a feature of the kernel, e.g. `strace`. */
	readonly what: string;
	/** The package that brings it; absent where none can. */
	readonly package?: string;
	/** The command by which root installs every such package, where we are not root. */
	readonly asRoot?: string;
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

export interface TemplateSaved {
	readonly path: string;
	/** One of that name comes with the program, and is not seen any more as long as this one is there. */
	readonly hidesBuiltIn: boolean;
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

/** With the names of the accounts that it alone uses, as far as the host has them, by uid. */
export interface AddedRun extends TraceDifference {
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
export interface Unneeded extends SearchOutcome {
	/** All that it has, left out or kept. */
	readonly units: readonly FileUnit[];
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
	/** What nobody has proven. */
	readonly warnings: readonly Note[];
	/** The one command line that does the same. */
	readonly command: string;
	readonly next: readonly NextStep[];
	/** The service of the host that is the same application; absent where there is none. */
	readonly service?: string;
	/** A unit can be installed here. */
	readonly installs: boolean;
	readonly names: RecordNames;
}

export interface InstalledUnit {
	readonly place: string;
	readonly action: "installed" | "replaced" | "unchanged" | "removed";
	/** What systemd starts. */
	readonly unit: string;
}
