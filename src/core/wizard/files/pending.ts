import type { Path } from "../../path/path.ts";
import type { Decision, Entry } from "../../plan/plan.ts";
import { isUnanswered } from "./attention.ts";
import { type FilesModel, modelOf } from "./model.ts";
import { addSums, type FileNode, type Item, noSums, type Sums, sumsOfItem } from "./nodes.ts";
import { addToTotals, type Totals, totalsOf } from "./totals.ts";

/**
 * What was decided since the plan on the screen was made: shown at once, because making the next plan takes its time. By the path of the item, for
 * `mounted` by the folder.
 */
export type Pending = ReadonlyMap<Path, Decision | "mounted">;

export const nothingPending: Pending = new Map();

/** The plan on the screen together with what is decided beyond it. */
export interface Standing {
	readonly model: FilesModel;
	readonly pending: Pending;
	readonly totals: Totals;
	/** Of groups and folders whose sums are others than in the plan. */
	readonly changed: ReadonlyMap<FileNode, Sums>;
}

/** The items of decisions that are all the same: who has them need not look them up one by one, which with tens of thousands takes longer than a key may. */
const alike = new WeakMap<Pending, { readonly items: readonly FileNode[]; readonly to: Decision }>();

export function decidedAlike(items: readonly FileNode[], to: Decision): ReadonlyMap<Path, Decision> {
	const decided = new Map<Path, Decision>();
	for (const { path } of items) decided.set(path as Path, to);
	alike.set(decided, { items, to });
	return decided;
}

const remembered = new WeakMap<Pending, Standing>();

export function standingOf(plan: FilesModel["plan"], pending: Pending): Standing {
	const known = remembered.get(pending);
	if (known?.model.plan === plan) return known;
	const standing = makeStanding(modelOf(plan), pending);
	remembered.set(pending, standing);
	return standing;
}

function makeStanding(model: FilesModel, pending: Pending): Standing {
	const changes = new Map<FileNode, Change>();
	const totals = { ...totalsOf(model.plan) };
	let deepest = 0;
	let last: FileNode | undefined;
	let change: Change = { ...noSums };
	const decide = (node: FileNode, to: Decision) => {
		if (!node.item || !node.parent) return;
		// Neighbours lie in the same row.
		if (node.parent !== last) {
			last = node.parent;
			change = changeOf(changes, last);
			deepest = Math.max(deepest, last.depth);
		}
		if (node.item.kind === "state") {
			addTo(change, sumsOfItem(itemWith(node.item, to)), 1);
			addTo(change, node.sums, -1);
		} else if (node.item.entry.decision !== to) {
			const { entry } = node.item;
			addToTotals(totals, entry, entry.decision, -1);
			addToTotals(totals, entry, to, 1);
			moveEntry(change, entry, to);
		}
	};
	const same = alike.get(pending);
	// Another plan has other items of the same paths.
	if (same?.items[0] && model.byPath.get(same.items[0].path as Path) === same.items[0]) {
		for (const node of same.items) decide(node, same.to);
	} else {
		for (const [path, to] of pending) {
			const node = model.byPath.get(path);
			if (node && to !== "mounted") decide(node, to);
		}
	}
	// What changed in a folder is handed up once, however much of it changed.
	for (let depth = deepest; depth > 0; depth--) {
		for (const [node, own] of changes) if (node.depth === depth && node.parent) addTo(changeOf(changes, node.parent), own, 1);
	}
	const changed = new Map([...changes].map(([node, own]) => [node, addSums(node.sums, own)]));
	return { model, pending, changed, totals };
}

type Change = { -readonly [Name in keyof Sums]: number };

function changeOf(changes: Map<FileNode, Change>, node: FileNode): Change {
	const known = changes.get(node);
	if (known) return known;
	const fresh = { ...noSums };
	changes.set(node, fresh);
	return fresh;
}

function addTo(change: Change, sums: Sums, sign: 1 | -1): void {
	change.items += sign * sums.items;
	change.in += sign * sums.in;
	change.bytesIn += sign * sums.bytesIn;
	change.bytes += sign * sums.bytes;
	change.waiting += sign * sums.waiting;
}

/** Of an entry that changes sides there are as many as before, with as many bytes. A value for each of many thousands would take longer than a key may. */
function moveEntry(change: Change, entry: Entry, to: Decision): void {
	const sign = to === "include" ? 1 : -1;
	change.in += sign;
	change.bytesIn += sign * entry.size;
	if (isUnanswered(entry)) change.waiting -= sign;
}

function itemWith(item: Item, to: Decision): Item {
	if (item.kind === "entry") return item.entry.decision === to ? item : { ...item, entry: { ...item.entry, decision: to } };
	if (to === "include" || !item.directory.seeds.length) return item;
	return { ...item, directory: { ...item.directory, seeds: [] } };
}

/** The item as it will be. */
export function itemNow({ pending }: Standing, node: FileNode): Item | undefined {
	const to = node.path === undefined ? undefined : pending.get(node.path);
	return !node.item || to === undefined || to === "mounted" ? node.item : itemWith(node.item, to);
}

export function sumsNow(standing: Standing, node: FileNode): Sums {
	const item = itemNow(standing, node);
	return item === node.item ? (standing.changed.get(node) ?? node.sums) : item ? sumsOfItem(item) : node.sums;
}

/** Whether it will be seen through a mounted folder of the host, once the next plan is made. */
export function willBeMounted({ pending }: Standing, { path }: FileNode): boolean {
	for (let at = path; at !== undefined && at.length > 1; at = at.slice(0, at.lastIndexOf("/")) as Path) {
		if (pending.get(at) === "mounted") return true;
	}
	return false;
}

/** Bytes of everything that goes in, state that is copied included. */
export function bytesOfCage({ changed, model }: Standing): number {
	if (!changed.size) return model.sums.bytesIn;
	return model.groups.reduce((sum, group) => sum + (changed.get(group) ?? group.sums).bytesIn, 0);
}
