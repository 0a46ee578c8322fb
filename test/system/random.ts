/** Returns numbers from 0 to 1 that repeat for the same seed: mulberry32, which is small and portable. */
export function generator(start: number): () => number {
	let at = start;
	return () => {
		at = (at + 0x6d2b79f5) | 0;
		let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** The same values in a random order. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
	return values
		.map((value) => ({ value, rank: random() }))
		.sort((a, b) => a.rank - b.rank)
		.map(({ value }) => value);
}
