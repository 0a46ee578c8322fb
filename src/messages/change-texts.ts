type Change = (text: string) => string;

/**
 * Applies a change to every text of a catalogue's section, and to those that its functions return. Each text is changed when it is read,
 * because a command shows few of the thousands.
 */
export function changeTexts<T>(section: T, change: Change): T {
	return changed(section, change) as T;
}

function changed(value: unknown, change: Change): unknown {
	if (typeof value === "string") return change(value);
	if (typeof value === "function") return (...args: unknown[]) => changed(value(...args), change);
	if (Array.isArray(value)) return value.map((one) => changed(one, change));
	if (typeof value !== "object" || value === null) return value;
	const known = new Map<PropertyKey, unknown>();
	return new Proxy(value, {
		get(texts, key) {
			if (!known.has(key)) known.set(key, changed(Reflect.get(texts, key), change));
			return known.get(key);
		},
	});
}
