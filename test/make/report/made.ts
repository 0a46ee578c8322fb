import type { Cage, TrialSummary } from "../../../src/cage/cage.ts";
import { countEntries, type Manifest, type ManifestEntry } from "../../../src/cage/manifest.ts";
import type { MadeCage } from "../../../src/make/engine/draft.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { cageOf, entry, manifestOf, plan, trialOf } from "../../cage/plans.ts";

interface Parts {
	readonly cage?: Partial<Cage>;
	readonly plan?: Partial<Plan>;
	readonly entries?: readonly ManifestEntry[];
	readonly manifest?: Partial<Manifest>;
	readonly trial?: Partial<TrialSummary>;
}

/** Returns the result of `make`, with defaults for values that the test does not set. */
export function made(parts: Parts = {}): MadeCage {
	const planned = plan([], parts.plan);
	const entries = parts.entries ?? [manifestEntry("/usr/bin/app")];
	const manifest = manifestOf(planned, { entries, ...parts.manifest });
	const { application, rules } = planned;
	return {
		cage: cageOf({ application, rules, trials: [trialOf(parts.trial)], ...parts.cage }),
		plan: planned,
		manifest,
		counts: countEntries(manifest),
		answered: true,
		missing: [],
		record: "/state/record.md",
	};
}

export function manifestEntry(path: string, values: Partial<ManifestEntry> = {}): ManifestEntry {
	const { decision: _, ...rest } = entry(path);
	return { ...rest, ...values };
}
