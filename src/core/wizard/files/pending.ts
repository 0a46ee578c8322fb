import type { Path } from "../../path/path.ts";
import type { Decision, Entry } from "../../plan/plan.ts";
import { type FilesModel, modelOf } from "./model.ts";
import { addSums, type FileNode, type Item, type Sums, sumsOfItem } from "./nodes.ts";
import { type Totals, totalsOf, totalsWith } from "./totals.ts";

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
	/** Of nodes whose sums are others than in the plan. */
	readonly changed: ReadonlyMap<FileNode, Sums>;
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
	const changed = new Map<FileNode, Sums>();
	const decided: [Entry, Entry][] = [];
	for (const [path, to] of pending) {
		const node = model.byPath.get(path);
		if (!node?.item || to === "mounted") continue;
		const after = itemWith(node.item, to);
		if (after === node.item) continue;
		if (node.item.kind === "entry" && after.kind === "entry") decided.push([node.item.entry, after.entry]);
		const [old, now] = [sumsOfItem(node.item), sumsOfItem(after)];
		for (let at: FileNode | undefined = node; at; at = at.parent) {
			changed.set(at, addSums(changed.get(at) ?? at.sums, difference(now, old)));
		}
	}
	return { model, pending, changed, totals: decided.length ? totalsWith(model.plan, decided) : totalsOf(model.plan) };
}

function itemWith(item: Item, to: Decision): Item {
	if (item.kind === "entry") return item.entry.decision === to ? item : { ...item, entry: { ...item.entry, decision: to } };
	if (to === "include" || !item.directory.seeds.length) return item;
	return { ...item, directory: { ...item.directory, seeds: [] } };
}

function difference(a: Sums, b: Sums): Sums {
	return {
		items: a.items - b.items,
		in: a.in - b.in,
		bytesIn: a.bytesIn - b.bytesIn,
		bytes: a.bytes - b.bytes,
		waiting: a.waiting - b.waiting,
	};
}

/** The item as it will be. */
export function itemNow({ pending }: Standing, node: FileNode): Item | undefined {
	const to = node.path === undefined ? undefined : pending.get(node.path);
	return !node.item || to === undefined || to === "mounted" ? node.item : itemWith(node.item, to);
}

export function sumsNow({ changed }: Standing, node: FileNode): Sums {
	return changed.get(node) ?? node.sums;
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
