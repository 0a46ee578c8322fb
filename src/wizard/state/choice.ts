import type { Note } from "../../base/failure.ts";
import type { PackageRef } from "../../base/machine/facts.ts";
import type { ParameterKind } from "../../template/parameters.ts";

export interface Choice {
	readonly id: string;
	readonly kind: "session" | "demo" | "template" | "unit" | "process";
	readonly name: string;
	readonly description: string;
	/** Details, from the template or unit. */
	readonly detail?: string;
	readonly command?: readonly string[];
	/** Absent for root. */
	readonly account?: string;
	readonly package?: PackageRef;
	readonly unit?: string;
	readonly enabled?: boolean;
	/** The first process, if it runs. */
	readonly pid?: number;
	/** Listening sockets: `tcp 6379`, `unix /run/a.sock`. */
	readonly ports?: readonly string[];
	readonly probes?: readonly string[];
	/** Missing programs, and the packages that provide them. */
	readonly missing?: { readonly programs: readonly string[]; readonly packages: readonly string[] };
	/** Advice in the user's language. */
	readonly advice?: readonly string[];
	readonly notes?: readonly Note[];
	/** A template's parameters and their values. */
	readonly parameters?: readonly AskedParameter[];
	readonly values?: Readonly<Record<string, string>>;
	/** For a template that was not accepted yet: its commands as text, and their hash. */
	readonly consent?: { readonly text: string; readonly hash: string };
	readonly accepts?: string;
	/** Only for sessions. */
	readonly left?: SavedSessionState;
}

export interface AskedParameter {
	readonly name: string;
	readonly kind: ParameterKind;
	/** In the user's language. */
	readonly title: string;
	readonly default?: string;
}

export interface SavedSessionState {
	/** Number of the step, from 1. */
	readonly step: number;
	/** Seconds since it was saved. */
	readonly ago: number;
	/** The process that has opened it. */
	readonly holder?: number;
	/** Why it cannot be resumed. */
	readonly problem?: "damaged" | "newer";
}
