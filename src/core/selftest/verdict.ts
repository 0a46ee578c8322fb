import type { Note } from "../failure.ts";
import type { Outcome, Result } from "./outcomes.ts";
import { type Check, isWarning } from "./outside.ts";
import { groups } from "./technique.ts";
import { techniques } from "./techniques.ts";

/** A result of the test. `act`: the administrator should act. `design`: the plan permits it, or it is worth knowing. */
export type RankedResult = { readonly urgency: "act" | "design" | "fine" } & (
	| { readonly kind: "way"; readonly way: Outcome }
	| { readonly kind: "check"; readonly check: Check }
);

const wayUrgency: Readonly<Record<Result, RankedResult["urgency"]>> = {
	escaped: "act",
	failed: "act",
	open: "design",
	refused: "fine",
	impossible: "fine",
};

/** Returns the results, those that require action first. */
export function rankedResults(test: Selftest): readonly RankedResult[] {
	const all: RankedResult[] = [
		...test.ways.map((way) => ({ kind: "way" as const, way, urgency: wayUrgency[way.outcome] })),
		...test.audit.map((check) => ({ kind: "check" as const, check, urgency: checkUrgency(check) })),
	];
	return (["act", "design", "fine"] as const).flatMap((urgency) => all.filter((result) => result.urgency === urgency));
}

function checkUrgency(check: Check): RankedResult["urgency"] {
	if (check.ok) return "fine";
	return isWarning(check) ? "design" : "act";
}

/** Counts the outcomes. `open` counts what the plan permits, `missing` the failed checks from outside. */
export function countsOf(test: Selftest): {
	readonly tried: number;
	readonly refused: number;
	readonly open: number;
	readonly escaped: number;
	readonly missing: number;
} {
	const count = (outcome: Result) => withOutcome(test, outcome).length;
	return {
		tried: test.ways.length - count("impossible"),
		refused: count("refused"),
		open: permittedByPlan(withOutcome(test, "open").map(({ id }) => id)).length,
		escaped: count("escaped"),
		missing: failedChecks(test).length,
	};
}

/** Which escape techniques the kernel records, so that `watch` can raise an alarm. */
export interface AlarmCoverage {
	/** Techniques that the filter, Landlock or a missing capability refused. */
	readonly filtered: number;
	readonly raised: number;
	/** Seconds from a technique to its record, at most. */
	readonly slowest: number;
	/** Refused techniques without a record. */
	readonly silent: readonly string[];
}

/** The same as it is stored, with the generation that was measured. */
export interface MeasuredAlarms extends AlarmCoverage {
	readonly at: string;
	readonly generation: number;
}

/** Result of a cage's self-test. */
export interface Selftest {
	/** The service that was tested; absent for the launcher. */
	readonly unit?: string;
	readonly network: "host" | "own" | "none";
	readonly ways: readonly Outcome[];
	readonly audit: readonly Check[];
	/** Number of escapes from the same cage without layers, before and after the test. */
	readonly control: { readonly before: number; readonly after: number };
	/** Only if it was measured. */
	readonly alarms?: AlarmCoverage;
	readonly seconds: number;
}

/** The test, or the reason why it failed. */
export type SelftestOutcome =
	| { readonly test: Selftest; readonly untried?: never }
	| { readonly untried: Note; readonly test?: never };

/** The stored summary. */
export interface SelftestSummary {
	readonly at: string;
	readonly tried: number;
	readonly escaped: readonly string[];
	readonly openByDesign: readonly string[];
	/** Failed checks from outside. */
	readonly findings: readonly string[];
}

/** Returns the ids of the open techniques that the plan permits. The others succeed because the machine does not support a layer. */
export function permittedByPlan(openByDesign: readonly string[]): string[] {
	return openByDesign.filter((id) => !weakTechniques.has(id));
}

const weakTechniques: ReadonlySet<string> = new Set(
	groups.flatMap((group) =>
		techniques[group].flatMap(({ id, opens = [] }) =>
			opens.length > 0 && opens.every((permission) => permission.startsWith("weak ")) ? [id] : [],
		),
	),
);

export const withOutcome = (test: Selftest, outcome: Result) => test.ways.filter((way) => way.outcome === outcome);
export const failedChecks = (test: Selftest) => test.audit.filter((check) => !check.ok && !isWarning(check));

/** The same for a summary; an omitted test has found nothing. */
export const foundHolding = (summary: SelftestSummary | undefined) => !summary?.escaped.length && !summary?.findings.length;

/** Returns whether every attempt was refused and no expected layer is missing. */
export function holds(test: Selftest): boolean {
	return !withOutcome(test, "escaped").length && !withOutcome(test, "failed").length && !failedChecks(test).length;
}

/** What a cage stores about the self-test of this generation. */
export function storedResults(
	test: Selftest,
	at: string,
	generation: number,
): { readonly selftest: SelftestSummary; readonly alarms?: MeasuredAlarms } {
	return { selftest: summariseSelftest(test, at), ...(test.alarms ? { alarms: { ...test.alarms, at, generation } } : {}) };
}

/**
 * Why a refused technique left no record. `imitated`: the filter answers like a kernel without the call. `landlock`: only Landlock
 * refused it, which older kernels do not record, nor others without auditing. `memory`: only the missing capability refused it,
 * because the filter cannot read arguments in memory. `lost`: there should have been one.
 */
export type SilentReason = "imitated" | "landlock" | "memory" | "lost";

export function silentReason(test: Selftest, id: string): SilentReason {
	const way = test.ways.find((one) => one.id === id);
	if (way?.detail === "ENOSYS") return "imitated";
	if (way?.group === "sockets" && way.stoppedBy.includes("landlock")) return "landlock";
	return way?.stoppedBy.includes("seccomp") === false ? "memory" : "lost";
}

export function summariseSelftest(test: Selftest, at: string): SelftestSummary {
	const ids = (outcome: Result) => withOutcome(test, outcome).map(({ id }) => id);
	return {
		at,
		tried: test.ways.length - ids("impossible").length,
		escaped: ids("escaped"),
		openByDesign: ids("open"),
		findings: failedChecks(test).map(({ id }) => id),
	};
}
