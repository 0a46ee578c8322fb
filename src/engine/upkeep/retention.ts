import { type Cage, defaultRetention, generationsToClear, type OldGeneration } from "../../core/cage/cage.ts";
import { isDamage } from "../cages.ts";
import type { Context } from "../context.ts";

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
