import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { isDamage, presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { byPackage, driftedPackages, type HostChanges, type PackageDrift, updatedPackages } from "../drift.ts";

/** Host files that differ from a generation, by package. `deep` reads every file. */
export async function hostDrift(context: Context, manifest: Manifest, deep: boolean): Promise<PackageDrift[]> {
	return (await hostChanges(context, manifest, deep)).drift;
}

/** The same, and whether other files that a plan may depend on were touched. */
export async function hostChanges(
	{ machine, signal }: Context,
	manifest: Manifest,
	deep: boolean,
): Promise<{ readonly drift: PackageDrift[]; readonly isTouched: boolean }> {
	const { changed, isTouched } = await machine.changedOrigins(manifest, deep, signal);
	if (!changed.length) return { drift: [], isTouched };
	const now = await machine.packages.owners(changed.map(({ path }) => path));
	const updated = updatedPackages(byPackage(changed, now, new Set()));
	const security = updated.length ? await machine.packages.security(updated) : new Set<string>();
	return { drift: byPackage(changed, now, security), isTouched };
}

/**
 * The host files that differ from each of these generations, found by stat(2) alone. Asks for all owners at once, and not which
 * updates are for security.
 */
export async function driftOfEach({ machine, signal }: Context, manifests: readonly Manifest[]): Promise<PackageDrift[][]> {
	const each: HostChanges["changed"][] = [];
	for (const manifest of manifests) each.push((await machine.changedOrigins(manifest, false, signal)).changed);
	const paths = new Set(each.flatMap((changed) => changed.map(({ path }) => path)));
	const now = paths.size ? await machine.packages.owners([...paths]) : new Map();
	return each.map((changed) => byPackage(changed, now, new Set()));
}

interface StaleCage {
	readonly name: string;
	readonly drift: readonly PackageDrift[];
}

/**
 * Cages with outdated host files, found by stat(2) alone: quick enough for a package manager hook. With `mark`, stores or removes
 * the mark; skips cages that another command has locked.
 */
export async function staleCages(context: Context, mark: boolean): Promise<StaleCage[]> {
	const { store } = context.machine;
	const stale: StaleCage[] = [];
	for (const name of await store.names()) {
		try {
			const { manifest } = await presentCage(context, name);
			const drift = await hostDrift(context, manifest, false);
			if (drift.length) stale.push({ name, drift });
			if (mark) await updateMark(context, name, drift);
		} catch (error) {
			const isPassedOver = error instanceof Failure && passedOver.includes(error.code);
			if (!isPassedOver && !isDamage(error)) throw error;
		}
	}
	return stale;
}

const passedOver: readonly string[] = ["cage-not-built", "cage-busy"];

async function updateMark({ machine: { now, store } }: Context, name: string, drift: readonly PackageDrift[]): Promise<void> {
	await using _lock = await store.lock(name);
	const packages = driftedPackages(drift);
	const mark = { since: new Date(now()).toISOString(), packages, security: drift.some((one) => one.security) };
	await store.upkeep.markStale(name, drift.length ? mark : undefined);
}
