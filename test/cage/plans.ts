import { pathFromText } from "../../src/base/path/path.ts";
import type { Cage, TrialSummary } from "../../src/cage/cage.ts";
import type { Manifest } from "../../src/cage/manifest.ts";
import type { TrialRound } from "../../src/make/engine/trial.ts";
import type { Missing } from "../../src/plan/missing.ts";
import type { Entry, Plan, WritableDirectory } from "../../src/plan/plan.ts";
import { type Application, noRules } from "../../src/service/application.ts";

export const bareApplication: Application = {
	command: ["/usr/bin/app"],
	cwd: "/",
	env: {},
	probes: [],
	exercises: [],
	timeout: 30,
	network: "host",
	directories: [],
};

/** An entry with defaults for everything that the test does not mention. */
export function entry(path: string, values: Partial<Entry> = {}): Entry {
	return {
		path: pathFromText(path),
		kind: "file",
		decision: "include",
		mode: 0o644,
		uid: 0,
		gid: 0,
		size: 0,
		mtime: 0,
		reasons: [{ kind: "traced", calls: ["openat"] }],
		risks: [],
		...values,
	};
}

export function writable(path: string, values: Partial<WritableDirectory> = {}): WritableDirectory {
	return {
		path: pathFromText(path),
		mode: 0o750,
		uid: 0,
		gid: 0,
		reasons: [{ kind: "service-directory" }],
		seeds: [],
		...values,
	};
}

export function plan(entries: readonly Entry[], values: Partial<Plan> = {}): Plan {
	return {
		application: bareApplication,
		rules: noRules,
		identity: { name: "app", uid: 900, gid: 900, groups: [], home: "/" },
		entries,
		writable: [],
		accounts: { users: [], groups: [], usersLeftOut: 0, groupsLeftOut: 0 },
		permissions: { capabilities: [] },
		shared: [],
		offeredSockets: [],
		offers: [],
		grants: [],
		declined: [],
		notes: [],
		...values,
	};
}

const at = "2026-01-01T00:00:00.000Z";

/** The manifest that a build of this plan writes, without directories above the entries and without hashes. */
export function manifestOf({ entries, ...from }: Plan, values: Partial<Manifest> = {}): Manifest {
	return {
		schema: "cagewright/manifest/1",
		generation: 1,
		name: "app",
		command: from.application.command,
		madeAt: at,
		entries: entries.map(({ decision: _, ...entry }) => entry),
		writable: from.writable,
		binds: from.rules.binds,
		accounts: from.accounts,
		permissions: from.permissions,
		identity: from.identity,
		...values,
	};
}

export function cageOf(values: Partial<Cage> = {}): Cage {
	return {
		name: "app",
		application: bareApplication,
		rules: noRules,
		onHost: false,
		additions: [],
		exercises: [],
		signals: [],
		handlesTerm: true,
		madeAt: at,
		trials: [],
		seconds: { trace: 1, plan: 2, build: 3, trial: 4 },
		...values,
	};
}

export function trialOf(values: Partial<TrialSummary> = {}): TrialSummary {
	const nothing = { findings: [], failedExercises: [], added: [], missing: [] };
	return { round: 1, at, generation: 1, answered: true, probes: [{ command: "true", ok: true }], ...nothing, ...values };
}

export function roundOf(values: Partial<TrialRound> = {}): TrialRound {
	const nothing = { probes: [], failedExercises: [], refusedCalls: [], missing: [], findings: [] };
	return { round: 1, answered: true, output: "", method: { landlock: 3, weaker: [] }, ...nothing, ...values };
}

/** A path that a trial did not find in the cage. */
export function absent(path: string, values: Partial<Missing> = {}): Missing {
	return { kind: "absent", path: pathFromText(path), call: "openat", error: "ENOENT", declined: false, ...values };
}
