import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { cageFolder, cageUnknown, requireStopped } from "../../cage/engine/cages.ts";
import { type WithdrawnAccount, withdrawAccount } from "../../cage/engine/dedicated-account.ts";
import type { CageContent, Removal } from "../../cage/ports.ts";
import { installedText, unitsOf } from "../../unit/engine/installed-unit.ts";
import { type UnitOfCage, unitName } from "../../unit/installed.ts";

/** Everything that a removal deletes and leaves. */
export interface RemovalPlan {
	readonly name: string;
	readonly folder: string;
	readonly generations: readonly number[];
	/** The contents of the cage's folder. `keepData` keeps only the data. */
	readonly contents: readonly CageContent[];
	readonly keepData: boolean;
	readonly units: readonly UnitOfCage[];
	/** Files for logrotate and certbot that were installed for the cage. */
	readonly hooks: readonly Path[];
	/** Similar files of somebody else, who must update them because they name the removed cage. */
	readonly mentions: readonly Path[];
	/** The host account that was created for the cage. */
	readonly account?: string;
}

/**
 * Plans a removal without changing anything. Throws `cage-unknown` (exit 2), or exit 4 for an obstacle: `cage-adopted`,
 * `cage-running`, `cage-unit-runs`, or an edited unit (`unit-changed`).
 */
export async function planRemoval(context: Context, name: string, { keepData }: Removal): Promise<RemovalPlan> {
	const { store, units } = context.machine;
	const contents = await store.removing.contents(name);
	const isThere = (await store.names()).includes(name);
	// Data that an earlier removal kept can be removed too.
	if (!isThere && (keepData || !contents.some(({ isData }) => isData))) throw await cageUnknown(store, name);
	await requireIdle(context, name);
	const account = keepData ? undefined : (await store.accounts.made(name))?.name;
	return {
		name,
		folder: cageFolder(store, name),
		generations: await store.generations(name),
		contents,
		keepData,
		units: await unitsOf(context, name),
		...(await units.hooksFor(cageFolder(store, name))),
		...omitUndefined({ account }),
	};
}

/** Refuses a cage in which something runs or whose service systemd is restarting. */
async function requireIdle(context: Context, name: string): Promise<void> {
	const { services, store } = context.machine;
	const adoption = await store.adoption(name);
	if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
	for (const unit of await unitsOf(context, name)) {
		await installedText(context, name, unit.place);
		if (!services.running()) continue;
		const service = unit.service ?? unitName(name);
		const { active } = await services.state(service);
		// The host's own service may run outside the cage, but a starting one may end up inside.
		const is = unit.service === undefined ? active === "active" : false;
		if (is || ["activating", "reloading", "deactivating"].includes(active))
			throw new Failure("cage-unit-runs", { name, service, state: active }, 4);
	}
	await requireStopped(context.machine, name);
}

/**
 * Removes a cage with its units, hooks and account. `keepData` keeps the data and its owner. `finishRemoval` completes an
 * interrupted removal. Throws what `planRemoval` throws, and `mounted-below` (exit 4) before anything changes.
 */
export async function removeCage(context: Context, name: string, removal: Removal): Promise<WithdrawnAccount | undefined> {
	await using _lock = await context.machine.store.lock(name);
	await planRemoval(context, name, removal);
	await context.machine.store.removing.begin(name, removal);
	return await deleteCage(context, name, removal);
}

/** Completes a removal that was started. The caller holds the cage's lock. */
export async function finishRemoval(context: Context, name: string, removal: Removal): Promise<void> {
	await requireIdle(context, name);
	await context.machine.store.removing.begin(name, removal);
	await deleteCage(context, name, removal);
}

/** Ignores the abort signal, because half a removal helps nobody. */
async function deleteCage(context: Context, name: string, removal: Removal): Promise<WithdrawnAccount | undefined> {
	const { services, store, units } = context.machine;
	const found = await unitsOf(context, name);
	for (const { place, service } of found) {
		if (service === undefined) await services.enable(unitName(name), false, "/");
		await units.uninstall(place);
	}
	for (const place of (await units.hooksFor(cageFolder(store, name))).hooks) await units.uninstall(place);
	if (found.length) await units.reload();
	await store.removing.removeContents(name, removal);
	const made = removal.keepData ? undefined : await store.accounts.made(name);
	try {
		return made && (await withdrawAccount(context, name, made));
	} finally {
		await store.removing.end(name, removal);
	}
}
