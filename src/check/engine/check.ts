import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { comparePlanWithManifest, type Difference, significantChanges } from "../../cage/difference.ts";
import { withEdits } from "../../cage/edits.ts";
import { isDamage, type PresentCage, presentCage, runningIn } from "../../cage/engine/cages.ts";
import { planEntries } from "../../cage/engine/plan-cage.ts";
import { footprints } from "../../cage/engine/separation.ts";
import type { Footprint } from "../../cage/footprint.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { missingInCage } from "../../failure-watch/result.ts";
import type { Plan } from "../../plan/plan.ts";
import { hasSamePackages } from "../../service/engine/packages.ts";
import { type Acknowledgement, countingToday, findAcknowledged, findReported, requireDay, today } from "../acknowledgement.ts";
import { type CheckedCage, reportedBy } from "../checked-cage.ts";
import { knownFiles, type PackageDrift } from "../drift.ts";
import { checkFindings } from "./audit.ts";
import { hostChanges } from "./drift.ts";

interface CheckOptions {
	readonly deep?: boolean;
	/** The cage, if the caller has read it. */
	readonly present?: PresentCage;
	/** Footprints of all cages, if the caller checks many. */
	readonly footprints?: ReadonlyMap<string, Footprint>;
}

/**
 * Audits a cage's present generation and compares it with the host. A file with an unchanged stat(2) is read only with `deep`.
 * Changes nothing. Throws what `presentCage` throws for a missing cage; damage is a result.
 */
export async function checkCage(context: Context, name: string, options: CheckOptions = {}): Promise<CheckedCage> {
	const { deep = false, footprints: all } = options;
	try {
		const present = options.present ?? (await presentCage(context, name));
		const { generation, manifest } = present;
		const [findings, { drift, isTouched }] = await Promise.all([
			checkFindings(context, present, { thorough: deep, ...omitUndefined({ footprints: all }) }),
			hostChanges(context, manifest, deep),
		]);
		const comparison = await compareWithToday(context, present, drift, isTouched);
		const checked = {
			name,
			generation,
			madeAt: manifest.madeAt,
			findings,
			drift,
			behind: (await runningIn(context.machine, name, generation)).inits,
			...comparison,
		};
		const { now, store } = context.machine;
		const stored = await store.upkeep.acknowledgements(name);
		return { ...checked, acknowledged: countingToday(reportedBy(checked), stored, today(now())) };
	} catch (error) {
		if (!isDamage(error)) throw error;
		return { name, findings: [], drift: [], behind: [], acknowledged: new Map(), damage: error };
	}
}

/**
 * The differences of a build today, and the items missed in production. Planning takes as long as everything else, so it needs a
 * reason: a touched host file, changed packages, or a watch.
 */
async function compareWithToday(
	context: Context,
	{ cage, manifest }: PresentCage,
	drift: readonly PackageDrift[],
	isTouched: boolean,
): Promise<Pick<CheckedCage, "plan" | "missed">> {
	const { files, store } = context.machine;
	const samePackages = hasSamePackages(context, manifest);
	const mayDiffer = drift.length > 0 || !samePackages || isTouched;
	const watched = await store.upkeep.watched(cage.name);
	const trace = mayDiffer || watched ? await store.trace(cage.name) : undefined;
	if (!trace) return {};
	try {
		const planned = await planEntries(context, { cage, trace, known: knownFiles(manifest, drift, samePackages) });
		const missing = watched ? missingInCage(watched, trace, planned, files) : [];
		return {
			...(mayDiffer ? { plan: await wouldChange(context, planned, manifest) } : {}),
			...(watched && missing.length ? { missed: { watched, missing } } : {}),
		};
	} catch (error) {
		// `update` reports why planning failed (a removed account or bind). It must not hide the other results.
		if (!(error instanceof Failure)) throw error;
		return {};
	}
}

async function wouldChange({ machine, signal }: Context, planned: Plan, manifest: Manifest): Promise<Difference> {
	const plan = withEdits(planned, manifest, await machine.store.edits(manifest, signal), () => "cage");
	return significantChanges(comparePlanWithManifest(plan, manifest));
}

export async function checkAll(context: Context, options: { deep?: boolean } = {}): Promise<CheckedCage[]> {
	const checked: CheckedCage[] = [];
	// Once, so that the work grows with the number of cages and not with its square.
	const all = await footprints(context.machine.store);
	for (const name of await context.machine.store.names()) {
		try {
			checked.push(await checkCage(context, name, { ...options, footprints: all }));
		} catch (error) {
			if (!(error instanceof Failure) || error.code !== "cage-not-built") throw error;
		}
	}
	return checked;
}

interface AcknowledgementRequest {
	/** Names of findings, see `findReported`. */
	readonly accept: readonly string[];
	readonly revoke: readonly string[];
	/** `YYYY-MM-DD`, for all of `accept`. */
	readonly until?: string;
}

/**
 * Stores which findings of a checked cage an administrator has seen, or no longer counts as seen. Calls `log` for each change. Throws
 * `finding-not-reported`, `finding-ambiguous`, `acknowledgement-unknown`, `until-invalid` or `until-past` (exit 2) before anything
 * changes.
 */
export async function acknowledge(
	{ machine }: Pick<Context, "machine">,
	checked: CheckedCage,
	{ accept, revoke, until }: AcknowledgementRequest,
	log: (action: string, details: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
	const { now, recording, store } = machine;
	const { damage, name } = checked;
	if (damage) throw damage;
	const last = until === undefined ? {} : { until: requireDay(until, today(now())) };
	const seen = { by: recording.who(), at: new Date(now()).toISOString(), ...last };
	await using _lock = await store.lock(name);
	const stored = await store.upkeep.acknowledgements(name);
	const accepted = accept.map((text): Acknowledgement => ({ ...findReported(name, text, reportedBy(checked)), ...seen }));
	const revoked = new Set(revoke.map((text) => findAcknowledged(name, text, stored).id));
	const isReplaced = ({ id }: Acknowledgement) => revoked.has(id) || accepted.some((one) => one.id === id);
	await store.upkeep.saveAcknowledgements(name, [...stored.filter((one) => !isReplaced(one)), ...accepted]);
	const findings = accepted.map(({ id }) => id);
	if (findings.length) await log("finding-acknowledged", { findings, by: seen.by, ...last });
	if (revoked.size) await log("acknowledgement-revoked", { findings: [...revoked], by: seen.by });
}
