import { comparePlanWithManifest, type Difference, isSame, significantChanges } from "../../core/cage/difference.ts";
import { knownFiles, type PackageDrift } from "../../core/cage/drift.ts";
import { withEdits } from "../../core/cage/edits.ts";
import { type Finding, isAccepted, parseAcceptance } from "../../core/cage/finding.ts";
import type { Footprint } from "../../core/cage/footprint.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { missingInCage, type WatchResult } from "../../core/failure-watch/result.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Missing } from "../../core/plan/missing.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { isDamage, type PresentCage, presentCage, runningIn } from "../cages.ts";
import type { ComparingMachine, Context } from "../context.ts";
import { comparableEntries } from "../plan/comparable-plan.ts";
import { footprints } from "../plan/separation.ts";
import { findingsOf } from "./audit.ts";
import { hasSamePackages, hostChanges } from "./drift.ts";

interface CheckedFinding extends Finding {
	readonly accepted: boolean;
	/** A warning that the last trial already reported, so it is in the record. */
	readonly known: boolean;
}

export interface CheckedCage {
	readonly name: string;
	readonly generation?: number;
	/** ISO 8601, UTC: when the generation was built. */
	readonly madeAt?: string;
	readonly findings: readonly CheckedFinding[];
	/** Host files that changed since the generation was copied. */
	readonly drift: readonly PackageDrift[];
	/** Further differences of a build today. Absent if planning was unnecessary because nothing was touched or installed. */
	readonly plan?: Difference;
	/** Processes in another generation, which get the new files at their next start. */
	readonly behind: readonly number[];
	/** Missing items that production watches observed. */
	readonly missed?: { readonly watched: WatchResult; readonly missing: readonly Missing[] };
	/** Set if its description or manifest is damaged. */
	readonly damage?: Failure;
}

/** False if the cage needs attention. */
export function isClean(cage: CheckedCage): boolean {
	const isAcknowledged = cage.findings.every(({ accepted, known }) => accepted || known);
	return cage.damage === undefined && isAcknowledged && !isOutdated(cage) && cage.behind.length === 0;
}

/** True if `update` would create another generation. */
export function isOutdated({ drift, plan }: CheckedCage): boolean {
	return drift.length > 0 || (plan !== undefined && !isSame(plan));
}

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
export async function checkCage(
	context: Context<ComparingMachine>,
	name: string,
	options: CheckOptions = {},
): Promise<CheckedCage> {
	const { deep = false, footprints: all } = options;
	try {
		const present = options.present ?? (await presentCage(context, name));
		const { cage, generation, layout, manifest } = present;
		const accepted = (cage.accepted ?? []).map(parseAcceptance);
		const [findings, { drift, isTouched }] = await Promise.all([
			findingsOf(context, manifest, layout, { thorough: deep, ...(all ? { footprints: all } : {}) }),
			hostChanges(context, manifest, deep),
		]);
		const knownFindings = (cage.trials.at(-1)?.findings ?? []).map(({ code, path }) => `${code} ${path}`);
		const isKnown = ({ code, path, severity }: Finding) =>
			severity === "warning" && knownFindings.includes(`${code} ${showPath(path)}`);
		const today = await compareWithToday(context, present, drift, isTouched);
		return {
			name,
			generation,
			madeAt: manifest.madeAt,
			findings: findings.map((one) => ({ ...one, accepted: isAccepted(one, accepted), known: isKnown(one) })),
			drift,
			behind: (await runningIn(context.machine, name, generation)).inits,
			...today,
		};
	} catch (error) {
		if (!isDamage(error)) throw error;
		return { name, findings: [], drift: [], behind: [], damage: error };
	}
}

/**
 * The differences of a build today, and the items missed in production. Planning takes as long as everything else, so it needs a
 * reason: a touched host file, changed packages, or a watch.
 */
async function compareWithToday(
	context: Context<ComparingMachine>,
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
		const planned = await comparableEntries(context, cage, trace, knownFiles(manifest, drift, samePackages));
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

async function wouldChange(
	{ machine, signal }: Context<ComparingMachine>,
	planned: Plan,
	manifest: Manifest,
): Promise<Difference> {
	const plan = withEdits(planned, manifest, await machine.store.edits(manifest, signal), () => "cage");
	return significantChanges(comparePlanWithManifest(plan, manifest));
}

export async function checkAll(context: Context<ComparingMachine>, options: { deep?: boolean } = {}): Promise<CheckedCage[]> {
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
