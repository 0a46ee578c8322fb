import type { Path } from "../../../core/path/path.ts";
import type { WizardState } from "../../state.ts";
import { isUnanswered } from "./attention.ts";
import { type FileNode, type ItemNode, treeOf } from "./tree.ts";
import { isFiltered, selectedRow, visibleRows } from "./visible-rows.ts";

export function cursorTo(state: WizardState, cursor: number): WizardState {
	return { ...state, cursors: { ...state.cursors, files: cursor } };
}

/** Moves the cursor to a row and opens its parents. */
export function reveal(state: WizardState, node: FileNode): WizardState {
	const opened = isFiltered(state) ? state.files.opened : withOpen(state.files.opened, ancestorsOf(node));
	const open = opened === state.files.opened ? state : { ...state, files: { ...state.files, opened } };
	const at = visibleRows(open).indexOf(node);
	return at < 0 ? state : cursorTo(open, at);
}

export function withOpen(opened: readonly string[], nodes: readonly FileNode[]): readonly string[] {
	const known = new Set(opened);
	const more = nodes.flatMap(({ id }) => (known.has(id) ? [] : [id]));
	return more.length ? [...opened, ...more] : opened;
}

function ancestorsOf({ parent }: FileNode): FileNode[] {
	return parent ? [parent, ...ancestorsOf(parent)] : [];
}

/** Keeps the cursor on its row, or on the row that now contains it. */
export function followRow(before: WizardState, after: WizardState): WizardState {
	const row = selectedRow(before);
	const rows = visibleRows(after);
	const cursor = after.cursors.files ?? 0;
	const same = row ? rows.findIndex(({ id }) => id === row.id) : -1;
	if (same >= 0) return cursorTo(after, same);
	const item = row?.path !== undefined && after.plan && treeOf(after.plan).byPath.get(row.path);
	if (item) return reveal(after, item);
	// A row usually disappears because its parent was closed.
	return cursorTo(after, Math.max(0, Math.min(nearest(rows, row?.path) ?? cursor, rows.length - 1)));
}

function nearest(rows: readonly FileNode[], path: Path | undefined): number | undefined {
	if (path === undefined) return undefined;
	const at = rows.findIndex(
		(row) => row.path !== undefined && (path.startsWith(`${row.path}/`) || row.path.startsWith(`${path}/`)),
	);
	return at < 0 ? undefined : at;
}

/** The first item from this index that needs a decision. */
export function nextWaiting({ files, plan }: WizardState, from: number): ItemNode | undefined {
	if (!plan) return undefined;
	return treeOf(plan)
		.items.slice(from)
		.find(({ item, path }) => {
			const waits = item.kind === "entry" && item.entry.decision === "declined" && isUnanswered(item.entry);
			return waits && !files.pending.decisions.has(path);
		});
}

/** Moves to the first item that needs a decision. */
export function cursorToFirstDecision(state: WizardState): WizardState {
	const waiting = nextWaiting(state, 0);
	return waiting ? reveal(cursorTo(state, 0), waiting) : cursorTo(state, 0);
}
