export type Works = (left: ReadonlySet<number>) => Promise<boolean>;

/** The furthest of sets that grow which works, found by halving; undefined where none does. Whatever comes back was asked for and worked. */
export async function lastThatWorks(
	steps: readonly ReadonlySet<number>[],
	works: Works,
): Promise<ReadonlySet<number> | undefined> {
	let found: ReadonlySet<number> | undefined;
	let [from, to] = [0, steps.length - 1];
	// Mostly it is the last one.
	for (let at = to; from <= to; at = (from + to) >> 1) {
		const step = steps[at];
		if (step && (await works(step))) {
			found = step;
			from = at + 1;
		} else to = at - 1;
	}
	return found;
}
