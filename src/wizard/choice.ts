import type { Note } from "../core/failure.ts";
import type { PackageRef } from "../core/plan/plan.ts";
import type { ParameterKind } from "../core/template/parameters.ts";

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
	readonly missing?: { readonly programs: readonly string[]; readonly packages: readonly string[] };
	/** What an administrator should know beforehand, in the language of the wizard, and as notes. */
	readonly advice?: readonly string[];
	readonly notes?: readonly Note[];
	/** Of a template: what has to be told, or may be; and what was. */
	readonly parameters?: readonly AskedParameter[];
	readonly values?: Readonly<Record<string, string>>;
	/** Of a template whose commands nobody has accepted yet: all that it would run, for people, and the hash that is accepted with it. */
	readonly consent?: { readonly text: string; readonly hash: string };
	readonly accepts?: string;
	/** Of a session alone. */
	readonly left?: SavedSessionState;
}

export interface AskedParameter {
	readonly name: string;
	readonly kind: ParameterKind;
	/** In the language of the wizard. */
	readonly title: string;
	readonly default?: string;
}

/** Where a session was left. */
export interface SavedSessionState {
	/** Which of the steps, from 1. */
	readonly step: number;
	/** Seconds ago. */
	readonly ago: number;
	/** The process that has it open. */
	readonly holder?: number;
	/** Why one cannot go on with it. */
	readonly problem?: "damaged" | "newer";
}
