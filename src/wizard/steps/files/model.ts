import type { Path } from "../../../core/path/path.ts";
import { atOnce, type Pausable } from "../../../core/pausable.ts";
import { prepareAccountUse } from "../../../core/plan/account-use.ts";
import { findSpare, type GroupName, prepareGroups, type Recommendation } from "../../../core/plan/groups.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { type Columns, makeColumns } from "./columns.ts";
import { prepareDependents } from "./dependents.ts";
import { buildGroups, type FileNode, number, recommendationOfItem, type Sums, sumOf } from "./nodes.ts";
import { prepareTotals } from "./totals.ts";

/** A plan as the files step looks at it. Made once for each plan: with many thousands of entries no key may wait for it. */
export interface FilesModel {
	readonly plan: Plan;
	readonly groups: readonly FileNode[];
	/** Groups and folders in the order of the tree, by their `row`. */
	readonly rows: readonly FileNode[];
	/** All items in the order of the tree. */
	readonly items: readonly FileNode[];
	readonly columns: Columns;
	readonly byPath: ReadonlyMap<Path, FileNode>;
	readonly sums: Sums;
	readonly recommended: ReadonlyMap<GroupName, readonly Recommendation[]>;
	/** Places that most services never need the whole of. */
	readonly spare: ReadonlyMap<GroupName, string>;
}

const remembered = new WeakMap<Plan, FilesModel>();

export function modelOf(plan: Plan): FilesModel {
	const model = remembered.get(plan) ?? atOnce(makeModel(plan));
	remembered.set(plan, model);
	return model;
}

/** All that the first look at a plan needs, in turns, so that no key waits for it: afterwards `modelOf` and what else looks at all of it only remember. */
export function* prepareModel(plan: Plan): Pausable<void> {
	yield* prepareTotals(plan);
	yield* prepareDependents(plan);
	if (!remembered.has(plan)) remembered.set(plan, yield* makeModel(plan));
}

/** What the steps behind the files need beyond that. */
export function* prepareLater(plan: Plan): Pausable<void> {
	yield* prepareAccountUse(plan);
	yield* prepareGroups(plan);
}

function* makeModel(plan: Plan): Pausable<FilesModel> {
	const { folders, groups } = yield* buildGroups(plan);
	const { items, rows } = yield* number(groups);
	const recommended = new Map<GroupName, readonly Recommendation[]>();
	const spare = new Map<GroupName, string>();
	for (const group of groups) {
		const below = itemsBelow({ items }, group);
		recommended.set(group.group, yield* recommendations(below));
		const place = mayBeSpare.includes(group.group) ? yield* findSpare(below.flatMap(pathIn)) : undefined;
		if (place !== undefined) spare.set(group.group, place);
		yield;
	}
	const byPath = new Map<Path, FileNode>();
	for (const [at, item] of items.entries()) {
		if (at % 500 === 0) yield;
		byPath.set(item.path as Path, item);
	}
	const columns = yield* makeColumns(items, folders);
	return { plan, groups, rows, items, columns, byPath, sums: sumOf(groups), recommended, spare };
}

/** All items at or below a node. */
export function itemsBelow({ items }: Pick<FilesModel, "items">, { at, sums }: FileNode): readonly FileNode[] {
	return items.slice(at, at + sums.items);
}

/** The groups that are made of such places. */
const mayBeSpare: readonly GroupName[] = ["certificates", "time-zones", "locale"];

const pathIn = ({ path, sums }: FileNode) => (sums.in && path !== undefined ? [path] : []);

/** What is recommended for the items, what holds for most of them first. */
function* recommendations(items: readonly FileNode[]): Pausable<readonly Recommendation[]> {
	const counts = new Map<Recommendation, number>();
	for (const [at, { item }] of items.entries()) {
		if (at % 500 === 0) yield;
		if (!item) continue;
		const one = recommendationOfItem(item);
		counts.set(one, (counts.get(one) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a).map(([one]) => one);
}
