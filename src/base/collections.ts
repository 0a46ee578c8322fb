/** Appends to the list at `key`. */
export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
	const list = lists.get(key);
	if (list) list.push(value);
	else lists.set(key, [value]);
}

/** Compares by a property, for `sort`, in the order of code units. */
export function by<T>(key: (value: T) => string): (a: T, b: T) => number {
	return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

/** Replaces whatever is neither an array nor an object, at any depth. */
export function mapLeaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
	if (Array.isArray(value)) return value.map((one) => mapLeaves(one, change));
	if (typeof value !== "object" || value === null) return change(value);
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapLeaves(one, change)]));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two lists have the same texts in the same order. */
export function sameTexts(one: readonly string[], other: readonly string[] | undefined): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

/** The same values without those that are undefined, for optional properties. */
export function omitUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	const given = Object.entries(values).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
