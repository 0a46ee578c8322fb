/** Most edits that a typing error has. */
const mostEdits = 3;

/**
 * Returns the known words that a mistyped word probably means, nearest first and at most three: those with the same beginning, or
 * with few edits for their length. Upper and lower case count as equal.
 */
export function nearest(word: string, known: readonly string[]): string[] {
	const wanted = word.toLowerCase();
	if (wanted === "") return [];
	const rated = [...new Set(known)].map((name) => ({ name, edits: editsOf(wanted, name.toLowerCase()) }));
	return rated
		.filter(({ edits }) => edits !== undefined)
		.sort((a, b) => (a.edits ?? 0) - (b.edits ?? 0) || (a.name < b.name ? -1 : 1))
		.slice(0, 3)
		.map(({ name }) => name);
}

/** The same as a failure's value `similar`, which is absent if there is none. */
export function didYouMean(word: string, known: readonly string[]): { readonly similar?: string } {
	const names = nearest(word, known).map((name) => `'${name}'`);
	return names.length ? { similar: names.join(", ") } : {};
}

/** Edits between two words, or undefined if they are too many for a typing error. */
function editsOf(word: string, name: string): number | undefined {
	if (name === word) return 0;
	// A forgotten end: `redis` for `redis-server`.
	if (word.length >= 3 && (name.startsWith(word) || (name.length >= 3 && word.startsWith(name)))) return mostEdits;
	const longest = Math.max(word.length, name.length);
	if (Math.abs(word.length - name.length) > mostEdits) return undefined;
	const edits = distance(word, name);
	return edits <= mostEdits && edits <= longest * 0.4 ? edits : undefined;
}

/** Number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(one: string, other: string): number {
	let before: number[] = [];
	let row = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (let i = 1; i <= one.length; i++) {
		const next = [i];
		for (let j = 1; j <= other.length; j++) {
			const same = one[i - 1] === other[j - 1];
			let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
			const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
			if (isSwap) least = Math.min(least, (before[j - 2] ?? 0) + 1);
			next.push(least);
		}
		before = row;
		row = next;
	}
	return row[other.length] ?? 0;
}
