import { Failure, type Note } from "../base/failure.ts";
import type { AlarmCoverage, Cage, MeasuredAlarms, SelftestSummary } from "../cage/cage.ts";
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
	/** Tried, but neither refused nor permitted by the plan: the machine lacks a layer, or the attempt did not finish. */
	readonly other: number;
} {
	const count = (outcome: Result) => withOutcome(test, outcome).length;
	const tried = test.ways.length - count("impossible");
	const [refused, escaped] = [count("refused"), count("escaped")];
	const open = permittedByPlan(withOutcome(test, "open").map(({ id }) => id)).length;
	return {
		tried,
		refused,
		open,
		escaped,
		other: tried - refused - open - escaped,
		missing: failedChecks(test).length,
	};
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

/** Returns `selftest-escaped` (exit 1) if the stored self-test found something. An omitted one found nothing. */
export function foundEscape({ name, selftest }: Pick<Cage, "name" | "selftest">): Failure | undefined {
	const ways = [...(selftest?.escaped ?? []), ...(selftest?.findings ?? [])];
	return ways.length ? new Failure("selftest-escaped", { name, ways: ways.join(", ") }, 1) : undefined;
}

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
export const silentReasons = ["imitated", "landlock", "memory", "lost"] as const;
export type SilentReason = (typeof silentReasons)[number];

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
