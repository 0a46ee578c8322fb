/** What is kept or left out as one: a file, with the links that lead to it. */
export interface Unit {
	/** Numbers of the units that it cannot do without: a library that the loader asks for before the program begins. */
	readonly needs: readonly number[];
	/** Where it belongs, from the widest to the narrowest: group, package, folder. Units that share it are likely to share their fate. */
	readonly place: readonly string[];
}

/**
 * The units of a search in the order in which it halves them: by place, and whoever needs another one before that one, so that the first part of a
 * range never leaves out what the rest of the cage needs.
 */
export function inOrder(units: readonly Unit[], numbers: readonly number[]): number[] {
	const by = dependents(units);
	const wanted = new Set(numbers);
	const sorted = [...numbers].sort((a, b) => compare(units[a]?.place ?? [], units[b]?.place ?? []) || a - b);
	const done = new Set<number>();
	const order: number[] = [];
	const visit = (unit: number) => {
		if (done.has(unit)) return;
		done.add(unit);
		for (const other of by.get(unit) ?? []) visit(other);
		if (wanted.has(unit)) order.push(unit);
	};
	for (const unit of sorted) visit(unit);
	return order;
}

/** The units that cannot do without each. */
export function dependents(units: readonly Unit[]): Map<number, number[]> {
	const by = new Map<number, number[]>();
	for (const [unit, { needs }] of units.entries()) {
		for (const need of needs) by.set(need, [...(by.get(need) ?? []), unit]);
	}
	return by;
}

/** Two parts of at least a quarter each, cut where the places differ most; of equals, nearest to the middle. Takes at least two units. */
export function halves(part: readonly number[], units: readonly Unit[]): [number[], number[]] {
	const { length } = part;
	const middle = length / 2;
	let best = Math.floor(middle);
	let bestCost = Number.POSITIVE_INFINITY;
	for (let at = Math.max(1, Math.ceil(length / 4)); at <= Math.min(length - 1, Math.floor((length * 3) / 4)); at++) {
		const level = levelBetween(units[part[at - 1] ?? -1]?.place ?? [], units[part[at] ?? -1]?.place ?? []);
		const cost = level * length + Math.abs(at - middle);
		if (cost < bestCost) [best, bestCost] = [at, cost];
	}
	return [part.slice(0, best), part.slice(best)];
}

/** At which level two places part; the number of levels where they are the same. */
function levelBetween(a: readonly string[], b: readonly string[]): number {
	const at = a.findIndex((name, level) => name !== b[level]);
	return at < 0 ? a.length : at;
}

function compare(a: readonly string[], b: readonly string[]): number {
	const at = levelBetween(a, b);
	const [one = "", other = ""] = [a[at], b[at]];
	return one === other ? 0 : one < other ? -1 : 1;
}
