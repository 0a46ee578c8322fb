import { join, normalise, type Path, parent, pathToText } from "../../../core/path/path.ts";
import type { Pausable } from "../../../core/pausable.ts";
import {
	type GroupName,
	groupOf,
	groupOfWritable,
	groupOrder,
	type Recommendation,
	recommendationOf,
} from "../../../core/plan/groups.ts";
import type { Decision, Entry, Plan, WritableDirectory } from "../../../core/plan/plan.ts";
import { isDangerous, isUnanswered, needsAttention } from "./attention.ts";

/** What one decides about: an entry of the plan, or a directory that the application may write. */
export type Item =
	| { readonly kind: "entry"; readonly path: Path; readonly entry: Entry }
	| { readonly kind: "state"; readonly path: Path; readonly directory: WritableDirectory };

/** What is below a node, itself included where it is an item. Bytes of what goes in, and of all. */
export interface Sums {
	readonly items: number;
	readonly in: number;
	readonly bytesIn: number;
	readonly bytes: number;
	readonly waiting: number;
}

/** A folder of the whole plan, whatever groups share it. */
export interface PlanFolder {
	readonly path: Path;
	readonly above?: PlanFolder;
	/** Items of the plan at any depth below it. */
	readonly items: number;
}

/** A row of the tree: a group, a folder in it, or an item. */
export interface FileNode {
	/** Stays the same from plan to plan: the group; the group and the folder; the path of an item. */
	readonly id: string;
	/** Place of the item, or of the first of those below, among all items; `sums.items` of them follow each other. */
	readonly at: number;
	/** Place of a group or a folder among those, in the order of the tree; that of an item is the one of its row above. */
	readonly row: number;
	readonly kind: "group" | "folder" | "item";
	readonly group: GroupName;
	/** Of a folder and an item: from the row above on, so that folders with nothing but one folder in them are one row. */
	readonly name: string;
	/** Of the folder or the item. */
	readonly path?: Path;
	readonly item?: Item;
	/** Where an item lies; undefined directly below the root. */
	readonly folder?: PlanFolder;
	/** An item that may go in and out with many others: no question stands against it, and a rule can name it. */
	readonly plain: boolean;
	readonly depth: number;
	readonly parent?: FileNode;
	readonly children: readonly FileNode[];
	/** Places among the children of those that have children themselves: whoever only goes through folders need not look at thousands of items. */
	readonly branches: readonly number[];
	readonly sums: Sums;
}

export const noSums: Sums = { items: 0, in: 0, bytesIn: 0, bytes: 0, waiting: 0 };

/** What is dangerous is together and at the top, in or out: it has to be looked at. Everything else stays where it belongs, also when it is left out. */
const order: readonly GroupName[] = ["secrets", ...groupOrder.filter((name) => name !== "secrets")];

/** Rows after which a pause is due: well below a millisecond's work. */
const between = 250;

export function* buildGroups(plan: Plan): Pausable<{ groups: FileNode[]; folders: ReadonlyMap<string, PlanFolder> }> {
	const items = yield* itemsOf(plan);
	const folders = new Folders();
	const writable = plan.writable.map(({ path }) => path);
	const holder = (path: Path) => writable.find((top) => path.startsWith(`${top}/`));
	const byGroup = new Map<GroupName, Item[]>();
	for (const [at, item] of items.entries()) {
		if (at % between === 0) yield;
		const group = groupOfItem(item, writable.length ? holder : () => undefined);
		const known = byGroup.get(group);
		if (known) known.push(item);
		else byGroup.set(group, [item]);
	}
	const groups: FileNode[] = [];
	for (const name of order) {
		const its = byGroup.get(name);
		if (its) groups.push(yield* groupNode(name, its, folders));
	}
	return { groups, folders: folders.known };
}

function groupOfItem(item: Item, holder: (path: Path) => Path | undefined): GroupName {
	if (item.kind === "state") return groupOfWritable(item.directory);
	const { entry } = item;
	if (isDangerous(entry)) return "secrets";
	const top = entry.decision === "declined" ? holder(entry.path) : undefined;
	if (top !== undefined) return groupOfWritable({ path: top });
	return groupOf(entry.decision === "declined" ? { ...entry, decision: "include" } : entry);
}

/** Folders that only lead to something else are no items of their own. */
function* itemsOf(plan: Plan): Pausable<Item[]> {
	const states = plan.writable.map((directory): Item => ({ kind: "state", path: directory.path, directory }));
	const items: Item[] = [...states];
	const above = new Set<string>();
	const leadTo = (path: Path) => {
		for (let folder = parent(path); folder.length > 1 && !above.has(folder); folder = parent(folder)) above.add(folder);
	};
	for (const { path } of states) {
		above.add(path);
		leadTo(path);
	}
	for (const [at, { kind, path }] of plan.entries.entries()) {
		if (at % between === 0) yield;
		if (kind !== "directory") leadTo(path);
	}
	// The deepest come first, backwards: an empty folder is an item, those above it are not.
	const directories: Item[] = [];
	for (let at = plan.entries.length - 1; at >= 0; at--) {
		if (at % between === 0) yield;
		const entry = plan.entries[at];
		if (!entry) continue;
		if (entry.kind !== "directory") items.push({ kind: "entry", path: entry.path, entry });
		else if (!above.has(entry.path)) {
			directories.push({ kind: "entry", path: entry.path, entry });
			leadTo(entry.path);
		}
	}
	for (const directory of directories) items.push(directory);
	return items;
}

interface Folder {
	readonly path: string;
	readonly folders: Map<string, Folder>;
	readonly items: Item[];
	/** Of the plan: the same for all groups. */
	place?: PlanFolder;
}

type Counted = { -readonly [Name in keyof PlanFolder]: Name extends "above" ? Counted : PlanFolder[Name] };

/** The folders of a plan, each once. */
class Folders {
	readonly known = new Map<string, Counted>();

	/** Counts so many items into a folder and those above it. */
	count(path: string, items: number): PlanFolder | undefined {
		const place = this.#at(path);
		for (let at = place; at; at = at.above) at.items += items;
		return place;
	}

	#at(path: string): Counted | undefined {
		if (path === "") return undefined;
		const known = this.known.get(path);
		if (known) return known;
		const above = this.#at(path.slice(0, path.lastIndexOf("/")));
		const made: Counted = { path: path as Path, ...(above ? { above } : {}), items: 0 };
		this.known.set(path, made);
		return made;
	}
}

function* groupNode(name: GroupName, items: readonly Item[], folders: Folders): Pausable<FileNode> {
	const root: Folder = { path: "", folders: new Map(), items: [] };
	let last: { path: string; folder: Folder } = { path: "", folder: root };
	for (const [at, item] of items.entries()) {
		if (at % between === 0) yield;
		const path = item.path.slice(0, item.path.lastIndexOf("/"));
		// Neighbours mostly lie in the same folder.
		if (path !== last.path) last = { path, folder: folderAt(root, path) };
		last.folder.items.push(item);
	}
	yield* place(root, folders);
	const node = { id: name, kind: "group" as const, group: name, name, depth: 0, plain: false };
	return yield* close(node, root, undefined, "");
}

function* place(top: Folder, folders: Folders): Pausable<void> {
	const pending = [top];
	for (let folder = pending.pop(), at = 0; folder; folder = pending.pop(), at++) {
		if (at % between === 0) yield;
		const there = folder.items.length ? folders.count(folder.path, folder.items.length) : undefined;
		if (there) folder.place = there;
		for (const below of folder.folders.values()) pending.push(below);
	}
}

function folderAt(root: Folder, path: string): Folder {
	let folder = root;
	for (let at = 1; at > 0 && at <= path.length; ) {
		const end = path.indexOf("/", at);
		const name = end < 0 ? path.slice(at) : path.slice(at, end);
		let next = folder.folders.get(name);
		if (!next) {
			next = { path: `${folder.path}/${name}`, folders: new Map(), items: [] };
			folder.folders.set(name, next);
		}
		folder = next;
		at = end < 0 ? 0 : end + 1;
	}
	return folder;
}

type Open = { -readonly [Name in keyof FileNode]: FileNode[Name] };

/** Gives a node its children, sorted by name, and sums them up. `from` is the path up to which the rows above name it. */
function* close(
	node: Pick<FileNode, "id" | "kind" | "group" | "name" | "path" | "depth" | "plain">,
	folder: Folder,
	above: FileNode | undefined,
	from: string,
): Pausable<FileNode> {
	const made: Open = { ...node, at: 0, row: 0, ...(above ? { parent: above } : {}), children: [], branches: [], sums: noSums };
	const children: FileNode[] = [];
	for (const below of folder.folders.values()) {
		yield;
		children.push(yield* folderNode(below, made, from));
	}
	for (const [at, item] of folder.items.entries()) {
		if (at % between === between - 1) yield;
		children.push(itemNode(item, made, from, folder.place));
	}
	// Of a folder with thousands of entries each of these takes its time.
	if (children.length >= between) yield;
	children.sort((a, b) => (a.name < b.name ? -1 : 1));
	made.children = children;
	if (children.length >= between) yield;
	const branches: number[] = [];
	const sums = { ...noSums };
	for (const [at, child] of children.entries()) {
		if (at % between === between - 1) yield;
		if (child.children.length) branches.push(at);
		addTo(sums, child.sums);
	}
	made.branches = branches;
	made.sums = sums;
	return made;
}

function* folderNode(folder: Folder, above: FileNode, from: string): Pausable<FileNode> {
	let end = folder;
	while (end.folders.size + end.items.length === 1) {
		const [item] = end.items;
		if (item) return itemNode(item, above, from, end.place);
		for (const only of end.folders.values()) end = only;
	}
	const node = {
		id: `${above.group} ${end.path}`,
		kind: "folder" as const,
		group: above.group,
		name: end.path.slice(from.length),
		path: end.path as Path,
		depth: above.depth + 1,
		plain: false,
	};
	return yield* close(node, end, above, `${end.path}/`);
}

const none: readonly never[] = [];

function itemNode(item: Item, above: FileNode, from: string, folder: PlanFolder | undefined): FileNode {
	return {
		id: item.path,
		at: 0,
		row: 0,
		kind: "item",
		group: above.group,
		name: item.path.slice(from.length),
		path: item.path,
		item,
		...(folder ? { folder } : {}),
		plain: isPlain(item),
		depth: above.depth + 1,
		parent: above,
		children: none,
		branches: none,
		sums: sumsOfItem(item),
	};
}

/** Gives everything its place, once the tree is whole. */
export function* number(groups: readonly FileNode[]): Pausable<{ items: FileNode[]; rows: FileNode[] }> {
	const items: FileNode[] = [];
	const rows: FileNode[] = [];
	const pending: Open[] = [...groups].reverse();
	for (let next = pending.pop(), count = 1; next; next = pending.pop(), count++) {
		if (count % between === 0) yield;
		next.at = items.length;
		next.row = next.kind === "item" ? (next.parent?.row ?? 0) : rows.length;
		if (next.kind === "item") items.push(next);
		else rows.push(next);
		for (let at = next.children.length - 1; at >= 0; at--) pending.push(next.children[at] as Open);
	}
	return { items, rows };
}

/** Where a link leads, by its name alone. */
export function placeOfLink({ item }: FileNode): Path | undefined {
	if (item?.kind !== "entry" || item.entry.target === undefined) return undefined;
	const { target } = item.entry;
	return normalise(target.startsWith("/") ? target : join(parent(item.path), target));
}

function isPlain(item: Item): boolean {
	if (item.kind === "state") return false;
	const { kind, risks } = item.entry;
	return risks.length === 0 && !["generated", "device", "bind"].includes(kind) && pathToText(item.path) !== undefined;
}

export function sumsOfItem(item: Item): Sums {
	if (item.kind === "state") {
		const bytes = item.directory.seeds.reduce((sum, seed) => sum + seed.bytes, 0);
		return { items: 1, in: 1, bytesIn: bytes, bytes, waiting: 0 };
	}
	return sumsOfEntry(item.entry, item.entry.decision);
}

export function sumsOfEntry(entry: Entry, decision: Decision): Sums {
	const included = decision === "include";
	return {
		items: 1,
		in: included ? 1 : 0,
		bytesIn: included ? entry.size : 0,
		bytes: entry.size,
		waiting: !included && isUnanswered(entry) ? 1 : 0,
	};
}

export function sumOf(nodes: readonly FileNode[]): Sums {
	const sum = { ...noSums };
	for (const { sums } of nodes) addTo(sum, sums);
	return sum;
}

function addTo(sum: { -readonly [Name in keyof Sums]: number }, more: Sums): void {
	sum.items += more.items;
	sum.in += more.in;
	sum.bytesIn += more.bytesIn;
	sum.bytes += more.bytes;
	sum.waiting += more.waiting;
}

export function recommendationOfItem(item: Item): Recommendation {
	if (item.kind === "entry") {
		const { entry } = item;
		// What a rule left out would else go in; what waits for a yes would not.
		const isKept = entry.decision === "declined" && !needsAttention(entry) && !entry.risks.includes("large");
		return recommendationOf(isKept ? { ...entry, decision: "include" } : entry);
	}
	return item.directory.seeds.length ? "seed" : "empty";
}
