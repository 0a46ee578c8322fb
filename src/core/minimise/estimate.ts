/** How far a search is, in units. */
export interface Decided {
	readonly kept: number;
	readonly leftOut: number;
	readonly open: number;
}

/** How far the search for what nothing needs is. */
export interface Minimising extends Decided {
	/** Trials so far, and in all as far as that can be told. */
	readonly trials: number;
	readonly estimated: number;
	/** Of what is left out so far. */
	readonly files: number;
	readonly bytes: number;
	readonly secondsLeft?: number;
}

/** How many more trials it takes for parts of these sizes, if they hold as many needed units as what was decided until now. */
export function trialsToCome({ kept, leftOut }: Decided, parts: readonly number[]): number {
	const share = (kept + 1) / (kept + leftOut + 2);
	return Math.round(
		parts.reduce((sum, size) => {
			const needed = Math.max(share * size, 1);
			return sum + 1 + (size > 1 ? needed * (Math.log2(size / needed) + 1) : 0);
		}, 0),
	);
}
