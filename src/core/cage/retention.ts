export interface Retention {
	/** Maximum number of old generations in addition to the present one. */
	readonly generations: number;
	/** Days after which an old generation is removed, except for the latest before the present one. */
	readonly days?: number;
}

export const defaultRetention: Retention = { generations: 2 };

export interface OldGeneration {
	readonly generation: number;
	/** Milliseconds since 1970; absent if the manifest is unreadable. */
	readonly madeAt?: number;
	/** A process still runs in it, so that it is kept. */
	readonly runs: boolean;
}

/**
 * Returns the generations to remove. The latest one before the present one stays for a rollback. After a rollback, later
 * generations count as old too, and the newest stays so that the rollback can be undone.
 */
export function generationsToClear(
	all: readonly OldGeneration[],
	present: number,
	rule: Retention,
	now: number,
): readonly number[] {
	const old = all.filter(({ generation }) => generation !== present).sort((a, b) => b.generation - a.generation);
	const wayBack = old.find(({ generation }) => generation < present)?.generation;
	const oldest = rule.days === undefined ? 0 : now - rule.days * 24 * 60 * 60 * 1000;
	return old
		.filter(({ generation, madeAt = now, runs }, index) => {
			if (runs || generation === wayBack) return false;
			return index >= Math.max(1, rule.generations) || madeAt < oldest;
		})
		.map(({ generation }) => generation);
}
