import type { Cage, TrialSummary } from "../../src/core/cage/cage.ts";
import { countEntries, type Manifest, type ManifestEntry } from "../../src/core/cage/manifest.ts";
import type { Plan } from "../../src/core/plan/plan.ts";
import type { MadeCage } from "../../src/engine/build/make.ts";
import { entry, plan } from "../core/cage/plans.ts";

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
	const trial: TrialSummary = {
		round: 1,
		at: "2026-01-01T00:00:00.000Z",
		generation: 1,
		answered: true,
		probes: [{ command: "true", ok: true }],
		findings: [],
		failedExercises: [],
		added: [],
		missing: [],
		...parts.trial,
	};
	const manifest: Manifest = {
		schema: "cagewright/manifest/1",
		generation: 1,
		name: "app",
		command: planned.application.command,
		madeAt: "2026-01-01T00:00:00.000Z",
		entries: parts.entries ?? [manifestEntry("/usr/bin/app")],
		writable: planned.writable,
		binds: [],
		accounts: planned.accounts,
		permissions: planned.permissions,
		identity: planned.identity,
		...parts.manifest,
	};
	return {
		cage: {
			name: "app",
			application: planned.application,
			rules: planned.rules,
			onHost: false,
			additions: [],
			exercises: [],
			signals: [],
			handlesTerm: true,
			madeAt: "2026-01-01T00:00:00.000Z",
			trials: [trial],
			seconds: { trace: 1, plan: 2, build: 3, trial: 4 },
			...parts.cage,
		},
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
