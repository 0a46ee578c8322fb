import type { PresentCage } from "./cages.ts";
import type { Context } from "./context.ts";

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
	if (isBegun) await store.saveSwitching(cage.name, { from: generation, before: cage });
	try {
		return await work();
	} finally {
		await store.saveSwitching(cage.name, undefined);
	}
}
