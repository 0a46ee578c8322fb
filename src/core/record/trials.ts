import type { Measured, TrialSummary } from "../cage/cage.ts";
import type { SelftestSummary } from "../selftest/verdict.ts";
import type { CageRecord } from "./record.ts";

/** The rounds that led to the generation of the record, and those after. */
export function trialsOf({ cage, evidence, manifest }: CageRecord): readonly TrialSummary[] {
	const kept = evidence?.trials ?? [];
	// A trial of its own, after the cage was made, stands with the cage alone.
	const later = cage.trials.filter(
		({ at, generation }) => generation === manifest.generation && !kept.some((one) => one.at === at),
	);
	return kept.length ? [...kept, ...later] : cage.trials;
}

export function lastTrial(record: CageRecord): TrialSummary | undefined {
	return trialsOf(record).at(-1);
}

export function isMeasured(trial: TrialSummary | undefined): trial is TrialSummary & { readonly measured: Measured } {
	return trial?.measured !== undefined;
}

/** The latest verdict that is of this generation. */
export function selftestOf({ cage, evidence, manifest }: CageRecord): SelftestSummary | undefined {
	const isOfThis = evidence === undefined || cage.trials.at(-1)?.generation === manifest.generation;
	const known = [evidence?.selftest, isOfThis ? cage.selftest : undefined].filter((one) => one !== undefined);
	return known.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}
