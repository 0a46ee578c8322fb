import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure, type FailureCode } from "../../base/failure.ts";
import { type Cage, defaultRetention, generationsToClear, type OldGeneration } from "../../cage/cage.ts";
import { type PresentCage, readableCage, unlessDamaged } from "../../cage/engine/cages.ts";
import { publishWithRotation } from "../../unit/engine/log-rotation.ts";
import { notRestarted, type RestartResult, restartCage } from "../../unit/engine/restart.ts";

/**
 * Runs work after which everything that runs is in the present generation. The switch is stored first if `isBegun` (the work
 * includes the switch itself), because after a kill the old process would stay in the old generation unnoticed; the next command
 * finishes a stored switch. It also starts what the work stopped and could not start again.
 */
export async function switching<T>(
	{ machine: { store } }: Context,
	{ cage, generation }: Pick<PresentCage, "cage" | "generation">,
	isBegun: boolean,
	work: () => Promise<T>,
): Promise<T> {
	if (isBegun) await store.upkeep.saveSwitching(cage.name, { from: generation, before: cage });
	try {
		return await work();
	} finally {
		const left = await store.upkeep.switching(cage.name);
		if (!left?.stopped) await store.upkeep.saveSwitching(cage.name, undefined);
	}
}

/**
 * Makes a generation the present one, stores the cage's description and calls `note`. If a step fails, for example on a full
 * disk, the previous generation and description are restored. `giveUp` then deletes what was built.
 */
export async function makePresent<T>(
	context: Context,
	cage: Cage,
	generation: number,
	{ giveUp, note }: { readonly note: () => Promise<T>; readonly giveUp?: (() => Promise<void>) | undefined },
): Promise<T> {
	const { store } = context.machine;
	const { name } = cage;
	const from = await store.present(name);
	const isThere = (await store.names()).includes(name);
	// A damaged description cannot be restored, so the new one stays.
	const before = (await readableCage(store, name, true)) ?? (isThere ? cage : undefined);
	try {
		await store.saveCage(cage);
		await publishWithRotation(context, cage, generation, () => store.building.publish(name, generation));
		return await note();
	} catch (error) {
		// Report the first error, not one of the restore. On a broken disk, both fail.
		const restore = () => store.building.restore(name, from, before);
		const goBack = () =>
			(from === undefined ? restore() : publishWithRotation(context, before ?? cage, from, restore)).catch(() => {});
		await goBack();
		if (giveUp) {
			await giveUp().catch(() => {});
			// There may have been no room for the description before.
			await goBack();
		}
		throw error;
	}
}

/**
 * Restarts what runs in an older generation, if that is wanted. If something does not answer then, `before` returns, and the
 * failure `undone` (exit 1) is thrown, or `undone-down` (exit 1) if something does not answer there either.
 */
export async function restartOrRevert(
	context: Context,
	before: Pick<PresentCage, "cage" | "generation">,
	isWanted: boolean,
	undone: FailureCode,
): Promise<RestartResult> {
	const { cage, generation } = before;
	const { name } = cage;
	if (!isWanted) return notRestarted;
	try {
		return await restartCage(context, name);
	} catch (error) {
		const answers = await revert(context, before, error);
		if (!answers) throw new Failure("undone-down", { name, generation }, 1, error);
		throw context.signal.aborted ? error : new Failure(undone, { name, generation }, 1, error);
	}
}

/**
 * Returns to a generation and its description, and starts what ran before. Ignores the abort signal. Returns whether everything
 * answers, and warns if not (`undone-silent`).
 */
export async function revert(
	hasty: Context,
	{ cage, generation }: Pick<PresentCage, "cage" | "generation">,
	error: unknown,
): Promise<boolean> {
	const { name } = cage;
	const context = { ...hasty, signal: new AbortController().signal };
	const { store } = context.machine;
	await publishWithRotation(context, cage, generation, () => store.building.publish(name, generation));
	await store.saveCage(cage);
	await store.log(name, "update-undone", { generation, problem: error instanceof Failure ? error.code : String(error) });
	try {
		await restartCage(context, name);
		return true;
	} catch (second) {
		if (!(second instanceof Failure)) throw second;
		context.emit({ event: "warned", code: "undone-silent", values: { ...second.values, name, cause: second.code } });
		return false;
	}
}

/** Deletes generations that the retention rule does not keep, except those in which something runs. Returns their numbers. */
export async function clearOldGenerations({ machine }: Context, cage: Cage, present: number): Promise<readonly number[]> {
	const { launcher, store } = machine;
	const all: OldGeneration[] = [];
	for (const generation of await store.generations(cage.name)) {
		const madeAt = await madeAtOf(store, cage.name, generation);
		const runs = launcher.running(store.root(cage.name, generation)).processes.length > 0;
		all.push({ generation, runs, ...omitUndefined({ madeAt }) });
	}
	const cleared = generationsToClear(all, present, cage.retention ?? defaultRetention, machine.now());
	for (const generation of cleared) await store.building.discard(cage.name, generation);
	return cleared;
}

async function madeAtOf(store: Context["machine"]["store"], name: string, generation: number): Promise<number | undefined> {
	const manifest = await unlessDamaged(store.manifest(name, generation));
	return manifest && Date.parse(manifest.madeAt);
}
