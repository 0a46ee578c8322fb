import { append, by } from "../../../base/collections.ts";
import { join, normalise, type Path, parent, pathToText, root } from "../../../base/path/path.ts";
import {
	findSpare,
	type GroupName,
	groupOf,
	groupOfWritable,
	groupOrder,
	type Recommendation,
	recommendationOf,
} from "../../../plan/groups.ts";
import type { Entry, Plan, WritableDirectory } from "../../../plan/plan.ts";
import { isDangerous, needsAttention } from "./attention.ts";

/** The unit of a decision: an entry of the plan, or a writable directory. */
export type Item =
	| { readonly kind: "entry"; readonly path: Path; readonly entry: Entry }
	| { readonly kind: "state"; readonly path: Path; readonly directory: WritableDirectory };

export interface FileNode {
	/** Stable across plans: the group, the group and folder, or the item's path. */
	readonly id: string;
	readonly kind: "group" | "folder" | "item";
	readonly group: GroupName;
	/** The path relative to the parent row. Chains of folders with a single subfolder share a row. */
	readonly name: string;
	/** The path of a folder or item. */
	readonly path?: Path;
	readonly item?: Item;
	readonly depth: number;
	readonly parent?: FileNode;
	readonly children: readonly FileNode[];
}

export interface ItemNode extends FileNode {
	readonly path: Path;
	readonly item: Item;
}

export interface FileTree {
	readonly plan: Plan;
	readonly groups: readonly FileNode[];
	/** In tree order. */
	readonly items: readonly ItemNode[];
	readonly byPath: ReadonlyMap<Path, ItemNode>;
	/** Number of items below each folder, across all groups. */
	readonly below: ReadonlyMap<Path, number>;
	/** Recommendations for a group's items, the most frequent first. */
	readonly recommended: ReadonlyMap<GroupName, readonly Recommendation[]>;
	/** Places that most services can do without. */
	readonly spare: ReadonlyMap<GroupName, string>;
}

const remembered = new WeakMap<Plan, FileTree>();

export function treeOf(plan: Plan): FileTree {
	const tree = remembered.get(plan) ?? makeTree(plan);
	remembered.set(plan, tree);
	return tree;
}

/** Secrets and setuid files come first, because they need attention. */
const order: readonly GroupName[] = ["secrets", ...groupOrder.filter((name) => name !== "secrets")];

/** Groups that may contain such places. */
const mayBeSpare: readonly GroupName[] = ["certificates", "time-zones", "locale"];

function makeTree(plan: Plan): FileTree {
	const byGroup = new Map<GroupName, Item[]>();
	for (const item of itemsOfPlan(plan)) {
		append(byGroup, groupOfItem(item, plan.writable), item);
	}
	const groups = order.flatMap((name) => groupNode(name, byGroup.get(name)) ?? []);
	const items = groups.flatMap(itemsOf);
	const recommended = new Map<GroupName, readonly Recommendation[]>();
	const spare = new Map<GroupName, string>();
	for (const { group } of groups) {
		const its = byGroup.get(group) ?? [];
		recommended.set(group, recommendations(its));
		const included = its.flatMap((one) => (one.kind === "entry" && one.entry.decision === "include" ? [one.path] : []));
		const place = mayBeSpare.includes(group) ? findSpare(included) : undefined;
		if (place !== undefined) spare.set(group, place);
	}
	return {
		plan,
		groups,
		items,
		byPath: new Map(items.map((node) => [node.path, node])),
		below: countBelow(items),
		recommended,
		spare,
	};
}

/** Sorted by path. Folders that only lead to other entries are not items. */
function itemsOfPlan({ entries, writable }: Plan): Item[] {
	const leading = new Set<Path>(writable.map(({ path }) => path));
	for (const { path } of [...entries, ...writable]) {
		for (let folder = parent(path); folder !== root && !leading.has(folder); folder = parent(folder)) leading.add(folder);
	}
	const items: Item[] = writable.map((directory) => ({ kind: "state", path: directory.path, directory }));
	for (const entry of entries) {
		if (entry.kind !== "directory" || !leading.has(entry.path)) items.push({ kind: "entry", path: entry.path, entry });
	}
	return items.sort(by(({ path }) => path));
}

function groupOfItem(item: Item, writable: Plan["writable"]): GroupName {
	if (item.kind === "state") return groupOfWritable(item.directory);
	const { entry } = item;
	if (isDangerous(entry)) return "secrets";
	if (entry.decision === "include") return groupOf(entry);
	const holder = writable.find(({ path }) => entry.path.startsWith(`${path}/`));
	return holder ? groupOfWritable(holder) : groupOf({ ...entry, decision: "include" });
}

type Open = { -readonly [Name in keyof FileNode]: FileNode[Name] };

function groupNode(group: GroupName, items: readonly Item[] | undefined): FileNode | undefined {
	if (!items) return undefined;
	const node: Open = { id: group, kind: "group", group, name: group, depth: 0, children: [] };
	node.children = childrenOf(node, items, "");
	return node;
}

/** The child rows. `items` are sorted by path and all start with `from`. */
function childrenOf(above: FileNode, items: readonly Item[], from: string): readonly FileNode[] {
	const children: FileNode[] = [];
	for (let at = 0; at < items.length; ) {
		const first = items[at] as Item;
		const slash = first.path.indexOf("/", from.length + 1);
		const folder = slash < 0 ? undefined : first.path.slice(0, slash + 1);
		let end = at + 1;
		while (folder !== undefined && items[end]?.path.startsWith(folder)) end++;
		const last = items[end - 1] as Item;
		children.push(
			first === last
				? itemNode(first, above, from)
				: folderNode(commonFolder(first.path, last.path), items.slice(at, end), above, from),
		);
		at = end;
	}
	return children.sort(by(({ name }) => name));
}

function folderNode(path: Path, items: readonly Item[], above: FileNode, from: string): FileNode {
	const { depth, group } = above;
	const node: Open = {
		id: `${group} ${path}`,
		kind: "folder",
		group,
		name: path.slice(from.length),
		path,
		depth: depth + 1,
		parent: above,
		children: [],
	};
	node.children = childrenOf(node, items, `${path}/`);
	return node;
}

function commonFolder(first: string, last: string): Path {
	let same = 0;
	while (same < first.length && first[same] === last[same]) same++;
	return first.slice(0, first.lastIndexOf("/", same - 1)) as Path;
}

function itemNode(item: Item, above: FileNode, from: string): ItemNode {
	const { path } = item;
	const { depth, group } = above;
	return {
		id: path,
		kind: "item",
		group,
		name: path.slice(from.length),
		path,
		item,
		depth: depth + 1,
		parent: above,
		children: [],
	};
}

/** In tree order. */
export function itemsOf(node: FileNode): readonly ItemNode[] {
	return isItem(node) ? [node] : node.children.flatMap(itemsOf);
}

export function isItem(node: FileNode): node is ItemNode {
	return node.item !== undefined;
}

/** Counts the items below each folder. */
export function countBelow(items: readonly ItemNode[]): ReadonlyMap<Path, number> {
	const direct = new Map<Path, number>();
	for (const { path } of items) direct.set(parent(path), (direct.get(parent(path)) ?? 0) + 1);
	const counts = new Map<Path, number>();
	for (const [path, count] of direct) {
		for (let folder = path; folder !== root; folder = parent(folder)) counts.set(folder, (counts.get(folder) ?? 0) + count);
	}
	return counts;
}

/** The target of a link, without resolving other links. */
export function placeOfLink({ path, target }: Pick<Entry, "path" | "target">): Path | undefined {
	return target && normalise(target.startsWith("/") ? target : join(parent(path), target));
}

/** Whether an item can be decided together with others: it has no risk, and a rule can match it. */
export function isPlain(item: Item): boolean {
	if (item.kind === "state") return false;
	const { kind, path, risks } = item.entry;
	return risks.length === 0 && !["generated", "device", "bind"].includes(kind) && pathToText(path) !== undefined;
}

function recommendations(items: readonly Item[]): readonly Recommendation[] {
	const counts = new Map<Recommendation, number>();
	for (const item of items) {
		const one = recommendationOfItem(item);
		counts.set(one, (counts.get(one) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a).map(([one]) => one);
}

function recommendationOfItem(item: Item): Recommendation {
	if (item.kind === "state") return item.directory.seeds.length ? "seed" : "empty";
	const { entry } = item;
	// Without the rule, the item would be included; an item that needs consent would not.
	const isKept = entry.decision === "declined" && !needsAttention(entry) && !entry.risks.includes("large");
	return recommendationOf(isKept ? { ...entry, decision: "include" } : entry);
}
