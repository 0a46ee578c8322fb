import { byPackage, type PackageDrift, updatedPackages } from "../../core/cage/drift.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import type { Context } from "../context.ts";

/** What of the host's files is another one than a generation has, by package. `deep` reads every file. */
export async function hostDrift(context: Context, manifest: Manifest, deep: boolean): Promise<PackageDrift[]> {
	return (await hostChanges(context, manifest, deep)).drift;
}

/** The same, and whether anything else was touched that a plan may depend on. */
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

/** False where packages were installed or removed since a generation was made, or where the clock was set back since and nobody can tell. */
export function hasSamePackages({ machine }: Context, { madeAt }: Manifest): boolean {
	const made = Date.parse(madeAt);
	return machine.packages.changedAt() < made && made <= machine.now();
}
