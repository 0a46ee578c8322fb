/**
 * Small sets that are shared by all who hold the same elements. Tens of thousands of paths are used in a handful of ways, and five
 * sets of its own for each of them was most of the memory of a trace (measured: 214 MB for 65,000 paths, less than half of it shared).
 * What is handed out is never changed.
 */
export class SharedSets<T> {
	readonly empty: ReadonlySet<T> = new Set();
	readonly #known = new Map<string, ReadonlySet<T>>();
	/** What became of a set by one more element, so that the common case makes no key. */
	readonly #grown = new Map<ReadonlySet<T>, Map<T, ReadonlySet<T>>>();

	/** The set with one more element. */
	with(set: ReadonlySet<T>, element: T): ReadonlySet<T> {
		if (set.has(element)) return set;
		let grown = this.#grown.get(set);
		if (!grown) {
			grown = new Map();
			this.#grown.set(set, grown);
		}
		const known = grown.get(element);
		if (known) return known;
		const elements = [...set, element];
		const key = elements.map(String).sort().join("\0");
		const shared = this.#known.get(key) ?? new Set(elements);
		this.#known.set(key, shared);
		grown.set(element, shared);
		return shared;
	}
}
