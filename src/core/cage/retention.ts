/** How long old generations are kept: the way back, and what a later look needs. */
export interface Retention {
	/** Old generations that are kept at most, beside the present one. */
	readonly generations: number;
	/** Days after which an old generation goes, whatever their number; the last one before the present stays all the same. */
	readonly days?: number;
}

export const defaultRetention: Retention = { generations: 2 };

export interface OldGeneration {
	readonly generation: number;
	/** Milliseconds since 1970; absent where its manifest cannot be read. */
	readonly madeAt?: number;
	/** Something still runs in it: it never goes. */
	readonly runs: boolean;
}

/**
 * Which of the generations on disk are cleared away. The one before the present stays always: it is the way back. After a rollback, those that came
 * later than the present are old ones too, and the newest of all stays: it is the way forward again.
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
