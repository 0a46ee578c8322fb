/** How far a search is, in units. */
export interface Decided {
	readonly kept: number;
	readonly leftOut: number;
	readonly open: number;
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
