import type { Path } from "../../../base/path/path.ts";
import type { Decision, Plan } from "../../../plan/plan.ts";
import { nothingPending, type PendingDecisions } from "../../state/files-state.ts";
import { isUnanswered } from "./attention.ts";
import { type FileNode, type FileTree, type Item, type ItemNode, treeOf } from "./tree.ts";

export type DecisionTarget =
	| { readonly items: readonly ItemNode[]; readonly to: Decision }
	| { readonly folder: Path; readonly mounted: boolean };

export function withDecided(pending: PendingDecisions, decided: DecisionTarget): PendingDecisions {
	const decisions = new Map(pending.decisions);
	const mounted = new Set(pending.mounted);
	if (!("folder" in decided)) {
		for (const { path } of decided.items) {
			decisions.set(path, decided.to);
			mounted.delete(path);
		}
	} else if (decided.mounted) {
		mounted.add(decided.folder);
		decisions.delete(decided.folder);
	} else {
		mounted.delete(decided.folder);
		decisions.set(decided.folder, "include");
	}
	return { decisions, mounted };
}

/** A plan with the pending decisions. */
export interface PendingPlan {
	readonly tree: FileTree;
	readonly pending: PendingDecisions;
	readonly totals: Totals;
	/** Sums of groups and folders, as needed. */
	readonly sums: Map<FileNode, Sums>;
}

const remembered = new WeakMap<PendingDecisions, PendingPlan>();

export function pendingPlanOf(plan: Plan, pending: PendingDecisions): PendingPlan {
	const known = remembered.get(pending);
	if (known?.tree.plan === plan) return known;
	const current = { tree: treeOf(plan), pending, totals: totalsOf(plan, pending), sums: new Map() };
	remembered.set(pending, current);
	return current;
}

/** The item with its pending decision. */
export function itemNow({ pending }: PendingPlan, { item }: FileNode): Item | undefined {
	const decision = item && pending.decisions.get(item.path);
	if (!item || !decision) return item;
	if (item.kind === "entry") return { ...item, entry: { ...item.entry, decision } };
	// Only the host's content is included or left out; the directory itself always exists.
	return decision === "include" ? item : { ...item, directory: { ...item.directory, seeds: [] } };
}

/** Sums over a node and everything below it. */
export interface Sums {
	readonly items: number;
	readonly in: number;
	readonly bytesIn: number;
	readonly bytes: number;
	readonly waiting: number;
}

const noSums: Sums = { items: 0, in: 0, bytesIn: 0, bytes: 0, waiting: 0 };

export function sumsNow(current: PendingPlan, node: FileNode): Sums {
	const item = itemNow(current, node);
	if (item) return sumsOfItem(item);
	const known = current.sums.get(node) ?? node.children.map((child) => sumsNow(current, child)).reduce(plus, noSums);
	current.sums.set(node, known);
	return known;
}

function sumsOfItem(item: Item): Sums {
	if (item.kind === "state") {
		const bytes = item.directory.seeds.reduce((sum, seed) => sum + seed.bytes, 0);
		return { items: 1, in: 1, bytesIn: bytes, bytes, waiting: 0 };
	}
	const { decision, size } = item.entry;
	const isIn = decision === "include";
	return {
		items: 1,
		in: isIn ? 1 : 0,
		bytesIn: isIn ? size : 0,
		bytes: size,
		waiting: !isIn && isUnanswered(item.entry) ? 1 : 0,
	};
}

function plus(a: Sums, b: Sums): Sums {
	return {
		items: a.items + b.items,
		in: a.in + b.in,
		bytesIn: a.bytesIn + b.bytesIn,
		bytes: a.bytes + b.bytes,
		waiting: a.waiting + b.waiting,
	};
}

/** The largest children with included content. */
export function largestBelow(current: PendingPlan, { children }: FileNode, most: number): readonly FileNode[] {
	return children
		.map((node) => ({ node, bytes: sumsNow(current, node).bytesIn }))
		.filter(({ bytes }) => bytes > 0)
		.sort((a, b) => b.bytes - a.bytes)
		.slice(0, most)
		.map(({ node }) => node);
}

/** Whether the file will be visible through a mounted folder. */
export function willBeMounted({ pending }: PendingPlan, { path }: FileNode): boolean {
	if (!pending.mounted.size) return false;
	for (let at = path; at !== undefined && at.length > 1; at = at.slice(0, at.lastIndexOf("/")) as Path) {
		if (pending.mounted.has(at)) return true;
	}
	return false;
}

/** Size of everything that is included, with copied data. */
export function bytesOfCage(current: PendingPlan): number {
	return current.tree.groups.reduce((sum, group) => sum + sumsNow(current, group).bytesIn, 0);
}

export interface Totals {
	readonly files: number;
	readonly bytes: number;
	readonly links: number;
	readonly directories: number;
	readonly devices: number;
	readonly leftOut: number;
	readonly attention: number;
}

const noTotals: Totals = { files: 0, bytes: 0, links: 0, directories: 0, devices: 0, leftOut: 0, attention: 0 };

export function totalsOf({ entries }: Plan, { decisions } = nothingPending): Totals {
	const totals = { ...noTotals };
	for (const entry of entries) {
		if ((decisions.get(entry.path) ?? entry.decision) === "declined") {
			totals.leftOut++;
			if (isUnanswered(entry)) totals.attention++;
			continue;
		}
		switch (entry.kind) {
			case "file":
			case "generated":
				totals.files++;
				totals.bytes += entry.size;
				break;
			case "symlink":
				totals.links++;
				break;
			case "directory":
				totals.directories++;
				break;
			case "device":
				totals.devices++;
				break;
		}
	}
	return totals;
}

/** With pending decisions. */
export function totalsNow({
	files,
	plan,
}: {
	readonly files: { readonly pending: PendingDecisions };
	readonly plan?: Plan;
}): Totals {
	return plan ? pendingPlanOf(plan, files.pending).totals : noTotals;
}
