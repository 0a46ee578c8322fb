import { unitName } from "../../core/confinement/unit/installed.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { cageFolder } from "../cages.ts";
import type { Context } from "../context.ts";
import { type WithdrawnAccount, withdrawAccount } from "../plan/dedicated-account.ts";
import { installedText, type UnitOfCage, unitsOf } from "../run/installed-unit.ts";
import type { CageContent, Removal } from "../store.ts";

/** Everything that a removal takes away, and what it leaves. */
export interface RemovalPlan {
	readonly name: string;
	readonly folder: string;
	readonly generations: readonly number[];
	/** What lies in the folder: with `keepData`, all of it but the data goes. */
	readonly contents: readonly CageContent[];
	readonly keepData: boolean;
	readonly units: readonly UnitOfCage[];
	/** Files for logrotate and certbot that were installed for the cage. */
	readonly hooks: readonly Path[];
	/** The same written by somebody else, who has to see to them: they name a cage that is gone then. */
	readonly mentions: readonly Path[];
	/** The account of this machine that was made for the cage. */
	readonly account?: string;
}

/**
 * What a removal would do; changes nothing. Throws `cage-unknown` (exit 2), and exit 4 for what speaks against it: `cage-adopted`, `cage-running`,
 * `cage-unit-runs`, or a unit that somebody changed (`unit-changed`).
 */
export async function planRemoval(context: Context, name: string, { keepData }: Removal): Promise<RemovalPlan> {
	const { store, units } = context.machine;
	const contents = await store.removing.contents(name);
	const isThere = (await store.names()).includes(name);
	// Data that an earlier removal kept can go as well.
	if (!isThere && (keepData || !contents.some(({ isData }) => isData))) throw new Failure("cage-unknown", { name }, 2);
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
		...(account === undefined ? {} : { account }),
	};
}

/** Refuses a cage in which something runs, or whose service systemd is just starting again. */
async function requireIdle(context: Context, name: string): Promise<void> {
	const { launcher, services, store } = context.machine;
	const adoption = await store.adoption(name);
	if (adoption) throw new Failure("cage-adopted", { name, service: adoption.service }, 4);
	for (const unit of await unitsOf(context, name)) {
		await installedText(context, name, unit.place);
		if (!services.running()) continue;
		const service = unit.service ?? unitName(name);
		const { active } = await services.state(service);
		// The host's own may run outside of the cage; what is in between will be in it.
		const is = unit.service === undefined ? active === "active" : false;
		if (is || ["activating", "reloading", "deactivating"].includes(active))
			throw new Failure("cage-unit-runs", { name, service, state: active }, 4);
	}
	for (const generation of await store.generations(name)) {
		const [pid] = launcher.running(store.root(name, generation)).processes;
		if (pid !== undefined) throw new Failure("cage-running", { name, pid }, 4);
	}
}

/**
 * Takes a cage away with its units, its hooks and the account that was made for it; with its data stays whoever owns that. Whatever a kill cuts off is
 * finished by `finishRemoval`. Throws what `planRemoval` throws, and `mounted-below` (exit 4), before anything is touched.
 */
export async function removeCage(context: Context, name: string, removal: Removal): Promise<WithdrawnAccount | undefined> {
	const lock = await context.machine.store.lock(name);
	try {
		await planRemoval(context, name, removal);
		await context.machine.store.removing.begin(name, removal);
		return await takeAway(context, name, removal);
	} finally {
		await lock.release();
	}
}

/** The rest of a removal that was begun. The caller holds the cage's lock. */
export async function finishRemoval(context: Context, name: string, removal: Removal): Promise<void> {
	await requireIdle(context, name);
	await context.machine.store.removing.begin(name, removal);
	await takeAway(context, name, removal);
}

/** Not called off by a signal: half of it is of use to nobody. */
async function takeAway(context: Context, name: string, removal: Removal): Promise<WithdrawnAccount | undefined> {
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
