import { type Cage, defaultRetention, generationsToClear, type OldGeneration } from "../../core/cage/cage.ts";
import { isDamage, type PresentCage, readableCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { publishWithRotation } from "../upkeep/log-rotation.ts";

/**
 * Between the switch to another generation and the restart of what runs, a kill would leave the old process in the old generation with nobody knowing:
 * so it is written down before that a switch is on its way, and the next command brings it to its end.
 */

/** Does work at whose end everything that runs is in the present generation. `isBegun`: the switch itself is part of the work. */
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
		await store.upkeep.saveSwitching(cage.name, undefined);
	}
}

/**
 * Makes a generation the present one, with what is remembered of the cage from then on and what `note` writes of it. Where any of that fails, as on a full
 * disk, the generation and the cage of before are back. `giveUp` takes away then what was built for it and is of no more use.
 */
export async function makePresent<T>(
	context: Context,
	cage: Cage,
	generation: number,
	{ giveUp, note }: { readonly note: () => Promise<T>; readonly giveUp?: () => Promise<void> },
): Promise<T> {
	const { store } = context.machine;
	const { name } = cage;
	const from = await store.present(name);
	const isThere = (await store.names()).includes(name);
	// A damaged description is no way back: then the new one stays.
	const before = (await readableCage(store, name, true)) ?? (isThere ? cage : undefined);
	try {
		await store.saveCage(cage);
		await publishWithRotation(context, cage, generation, () => store.building.publish(name, generation));
		return await note();
	} catch (error) {
		// What went wrong first is what has to be said.
		const restore = () => store.building.restore(name, from, before);
		const goBack = () =>
			(from === undefined ? restore() : publishWithRotation(context, before ?? cage, from, restore)).catch(() => {});
		await goBack();
		if (giveUp) {
			await giveUp();
			// There was no room for the description before, perhaps.
			await goBack();
		}
		throw error;
	}
}

/** Clears away generations that the cage's rule does not keep; tells which. Nothing goes in which something runs. */
export async function clearOldGenerations({ machine }: Context, cage: Cage, present: number): Promise<readonly number[]> {
	const { launcher, store } = machine;
	const all: OldGeneration[] = [];
	for (const generation of await store.generations(cage.name)) {
		const madeAt = await madeAtOf(store, cage.name, generation);
		const runs = launcher.running(store.root(cage.name, generation)).processes.length > 0;
		all.push({ generation, runs, ...(madeAt === undefined ? {} : { madeAt }) });
	}
	const cleared = generationsToClear(all, present, cage.retention ?? defaultRetention, machine.now());
	for (const generation of cleared) await store.building.discard(cage.name, generation);
	return cleared;
}

async function madeAtOf(store: Context["machine"]["store"], name: string, generation: number): Promise<number | undefined> {
	try {
		const madeAt = (await store.manifest(name, generation))?.madeAt;
		return madeAt === undefined ? undefined : Date.parse(madeAt);
	} catch (error) {
		if (isDamage(error)) return undefined;
		throw error;
	}
}
