import type { Path } from "../../../core/path/path.ts";
import type { Decision, Plan } from "../../../core/plan/plan.ts";
import { facts, kindNumbers } from "./columns.ts";
import type { Places } from "./cover.ts";
import { type FilesModel, modelOf } from "./model.ts";
import { type FileNode, type Item, type Sums, sumsOfItem } from "./nodes.ts";
import { type Totals, totalsOf } from "./totals.ts";

/**
 * What was decided since the plan on the screen was made: shown at once, because making the next plan takes its time. A decision about tens of thousands
 * of items is to be taken, shown and counted within a key, so each is a byte in the place of its item.
 */
export interface Pending {
	/** Of the plan's items: 0 where nothing was decided, else one of `to`. Empty where nothing was decided at all. */
	readonly decisions: Uint8Array;
	/** Folders that will be mounted instead of copied. */
	readonly mounted: ReadonlySet<Path>;
}

export const to: Readonly<Record<Decision, number>> = { include: 1, declined: 2 };

export const nothingPending: Pending = { decisions: new Uint8Array(0), mounted: new Set() };

/** One thing that was decided about many items, or that a folder is mounted or is not any more. */
export type Decided = { readonly places: Places; readonly to: Decision } | { readonly folder: Path; readonly mounted: boolean };

/** With one more decision; the later one counts. */
export function withDecided({ byPath, columns, items }: FilesModel, pending: Pending, decided: Decided): Pending {
	const decisions = pending.decisions.length ? pending.decisions.slice() : new Uint8Array(items.length);
	const mounted = new Set(pending.mounted);
	if ("folder" in decided) {
		const { folder } = decided;
		if (decided.mounted) mounted.add(folder);
		else mounted.delete(folder);
		const item = byPath.get(folder);
		if (item) decisions[item.at] = decided.mounted ? 0 : to.include;
	} else {
		for (const at of decided.places) decisions[at] = to[decided.to];
		if (mounted.size) for (const at of decided.places) mounted.delete(columns.paths[at] as Path);
	}
	return { decisions, mounted };
}

/** The plan on the screen together with what is decided beyond it. */
export interface Standing {
	readonly model: FilesModel;
	readonly pending: Pending;
	readonly totals: Totals;
	/** How much more than in the plan there is in each row of the tree; undefined where nothing is decided. */
	readonly moved?: Moved;
}

/** By the places of the rows; what of `Sums` a decision can change. */
interface Moved {
	readonly in: Float64Array;
	readonly bytesIn: Float64Array;
	readonly bytes: Float64Array;
	readonly waiting: Float64Array;
}

const remembered = new WeakMap<Pending, Standing>();

export function standingOf(plan: Plan, pending: Pending): Standing {
	const known = remembered.get(pending);
	if (known?.model.plan === plan) return known;
	const standing = makeStanding(modelOf(plan), pending);
	remembered.set(pending, standing);
	return standing;
}

function makeStanding(model: FilesModel, pending: Pending): Standing {
	const { decisions } = pending;
	if (!decisions.length) return { model, pending, totals: totalsOf(model.plan) };
	const { above, facts: all, kinds, sizes } = model.columns;
	const column = () => new Float64Array(model.rows.length);
	const moved: Moved = { in: column(), bytesIn: column(), bytes: column(), waiting: column() };
	const counts = new Int32Array(Object.keys(kindNumbers).length + 1);
	let fileBytes = 0;
	let attention = 0;
	let leftOut = 0;
	for (let at = 0; at < decisions.length; at++) {
		const decision = decisions[at];
		if (!decision) continue;
		const fact = all[at] as number;
		const row = above[at] as number;
		const size = sizes[at] as number;
		if (!(fact & facts.entry)) {
			// The directory itself is what the application needs; what of the host's is copied into it is in or out.
			if (decision === to.declined) {
				add(moved.bytesIn, row, -size);
				add(moved.bytes, row, -size);
			}
			continue;
		}
		const comesIn = decision === to.include;
		if (comesIn === ((fact & facts.included) !== 0)) continue;
		const sign = comesIn ? 1 : -1;
		const kind = kinds[at] as number;
		add(moved.in, row, sign);
		add(moved.bytesIn, row, sign * size);
		leftOut -= sign;
		add(counts, kind, sign);
		if (kind <= kindNumbers.generated) fileBytes += sign * size;
		if (fact & facts.unanswered) {
			add(moved.waiting, row, -sign);
			attention -= sign;
		}
	}
	handUp(model.rows, moved);
	const planned = totalsOf(model.plan);
	const count = (kind: keyof typeof kindNumbers) => counts[kindNumbers[kind]] as number;
	const totals = {
		files: planned.files + count("file") + count("generated"),
		bytes: planned.bytes + fileBytes,
		links: planned.links + count("symlink"),
		directories: planned.directories + count("directory"),
		devices: planned.devices + count("device"),
		leftOut: planned.leftOut + leftOut,
		attention: planned.attention + attention,
	};
	return { model, pending, totals, moved };
}

function add(column: Float64Array | Int32Array, at: number, more: number): void {
	column[at] = (column[at] as number) + more;
}

/** What changed in a row changed in those above it. Each comes behind the one above it. */
function handUp(rows: readonly FileNode[], moved: Moved): void {
	const columns = [moved.in, moved.bytesIn, moved.bytes, moved.waiting];
	for (let row = rows.length - 1; row >= 0; row--) {
		if (columns.every((column) => column[row] === 0)) continue;
		const parent = rows[row]?.parent;
		if (parent) for (const column of columns) add(column, parent.row, column[row] as number);
	}
}

function itemWith(item: Item, decision: Decision): Item {
	if (item.kind === "entry") {
		return item.entry.decision === decision ? item : { ...item, entry: { ...item.entry, decision } };
	}
	if (decision === "include" || !item.directory.seeds.length) return item;
	return { ...item, directory: { ...item.directory, seeds: [] } };
}

/** The item as it will be. */
export function itemNow({ pending }: Standing, { at, item }: FileNode): Item | undefined {
	const decision = pending.decisions[at];
	return !item || !decision ? item : itemWith(item, decision === to.include ? "include" : "declined");
}

export function sumsNow(standing: Standing, node: FileNode): Sums {
	if (node.item) {
		const item = itemNow(standing, node);
		return item === node.item || !item ? node.sums : sumsOfItem(item);
	}
	const { moved } = standing;
	if (!moved) return node.sums;
	const { row, sums } = node;
	return {
		items: sums.items,
		in: sums.in + (moved.in[row] as number),
		bytesIn: sums.bytesIn + (moved.bytesIn[row] as number),
		bytes: sums.bytes + (moved.bytes[row] as number),
		waiting: sums.waiting + (moved.waiting[row] as number),
	};
}

/** The rows directly below one that have most bytes of what goes in, those without any left out. */
export function largestBelow(standing: Standing, row: FileNode, most: number): readonly FileNode[] {
	const { columns, items } = standing.model;
	const largest: { readonly node: FileNode; readonly bytes: number }[] = [];
	const offer = (bytes: number, node: () => FileNode) => {
		if (bytes <= (largest.length < most ? 0 : (largest.at(-1)?.bytes ?? 0))) return;
		const before = largest.findIndex((one) => one.bytes < bytes);
		largest.splice(before < 0 ? largest.length : before, 0, { node: node(), bytes });
		largest.splice(most);
	};
	for (const branch of row.branches) {
		const child = row.children[branch] as FileNode;
		offer(sumsNow(standing, child).bytesIn, () => child);
	}
	for (let at = row.at; at < row.at + row.sums.items; at++) {
		if (columns.above[at] === row.row) offer(bytesInAt(standing, at), () => items[at] as FileNode);
	}
	return largest.map(({ node }) => node);
}

function bytesInAt({ model, pending }: Standing, at: number): number {
	const { facts: all, sizes } = model.columns;
	const decision = pending.decisions[at];
	const isIn = decision ? decision === to.include : ((all[at] as number) & facts.included) !== 0;
	return isIn ? (sizes[at] as number) : 0;
}

/** Whether it will be seen through a mounted folder of the host, once the next plan is made. */
export function willBeMounted({ pending }: Standing, { path }: FileNode): boolean {
	if (!pending.mounted.size) return false;
	for (let at = path; at !== undefined && at.length > 1; at = at.slice(0, at.lastIndexOf("/")) as Path) {
		if (pending.mounted.has(at)) return true;
	}
	return false;
}

/** Bytes of everything that goes in, state that is copied included. */
export function bytesOfCage({ model, moved }: Standing): number {
	if (!moved) return model.sums.bytesIn;
	return model.groups.reduce((sum, { row }) => sum + (moved.bytesIn[row] as number), model.sums.bytesIn);
}
