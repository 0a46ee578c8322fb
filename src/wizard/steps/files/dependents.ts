import { join, normalise, type Path, parent } from "../../../core/path/path.ts";
import { atOnce, type Pausable } from "../../../core/pausable.ts";
import type { Plan } from "../../../core/plan/plan.ts";

/** What hangs together with an entry, by their paths. */
export interface Dependents {
	/** Links that lead to it. */
	readonly links: readonly Path[];
	/** What is there for its sake alone or among others: its libraries, its interpreter. */
	readonly needs: readonly Path[];
}

interface Index {
	readonly needs: ReadonlyMap<Path, readonly Path[]>;
	readonly links: ReadonlyMap<Path, readonly Path[]>;
}

const remembered = new WeakMap<Plan, Index>();

/** What depends on an entry, beside what its own reasons name; as far as the plan tells, which keeps a few reasons for each. */
export function dependentsOf(plan: Plan, path: Path): Dependents {
	const index = remembered.get(plan) ?? atOnce(makeIndex(plan));
	remembered.set(plan, index);
	return {
		links: index.links.get(path) ?? [],
		needs: index.needs.get(path) ?? [],
	};
}

/** In turns, so that no key waits for it. */
export function* prepareDependents(plan: Plan): Pausable<void> {
	if (!remembered.has(plan)) remembered.set(plan, yield* makeIndex(plan));
}

function* makeIndex(plan: Plan): Pausable<Index> {
	const needs = new Map<Path, Path[]>();
	const links = new Map<Path, Path[]>();
	const put = (index: Map<Path, Path[]>, key: Path, path: Path) => {
		const known = index.get(key);
		if (known) known.push(path);
		else index.set(key, [path]);
	};
	for (const [at, { path, reasons, target }] of plan.entries.entries()) {
		if (at % 500 === 0) yield;
		for (const reason of reasons)
			if (reason.kind === "needed-by" || reason.kind === "interpreter-of") put(needs, reason.by, path);
		if (target !== undefined) put(links, normalise(target.startsWith("/") ? target : join(parent(path), target)), path);
	}
	return { needs, links };
}
