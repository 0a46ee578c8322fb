import type { Path } from "../../path/path.ts";
import type { WizardState } from "../state.ts";
import { modelOf } from "./model.ts";
import type { FileNode } from "./nodes.ts";
import { isFiltered, selectedRow, shownRows } from "./shown.ts";

export function cursorTo(state: WizardState, cursor: number): WizardState {
	return { ...state, cursors: { ...state.cursors, files: cursor } };
}

/** Puts the cursor on a row, with everything open that it lies in. */
export function reveal(state: WizardState, node: FileNode): WizardState {
	const opened = isFiltered(state) ? state.files.opened : withOpen(state.files.opened, ancestorsOf(node));
	const open = opened === state.files.opened ? state : { ...state, files: { ...state.files, opened } };
	const at = shownRows(open).indexOf(node);
	return at < 0 ? state : cursorTo(open, at);
}

export function withOpen(opened: readonly string[], nodes: readonly FileNode[]): readonly string[] {
	const known = new Set(opened);
	const more = nodes.flatMap(({ id }) => (known.has(id) ? [] : [id]));
	return more.length ? [...opened, ...more] : opened;
}

function ancestorsOf(node: FileNode): FileNode[] {
	const above: FileNode[] = [];
	for (let at = node.parent; at; at = at.parent) above.push(at);
	return above;
}

/** With another plan or another view the cursor stays on what it was on, or on what stands for it now. */
export function followRow(before: WizardState, after: WizardState): WizardState {
	const row = selectedRow(before);
	const rows = shownRows(after);
	const cursor = after.cursors.files ?? 0;
	if (!row || !after.plan) return cursorTo(after, Math.max(0, Math.min(cursor, rows.length - 1)));
	if (rows[cursor]?.id === row.id) return after;
	const same = rows.findIndex(({ id }) => id === row.id);
	if (same >= 0) return cursorTo(after, same);
	const item = row.path === undefined ? undefined : modelOf(after.plan).byPath.get(row.path);
	if (item) return reveal(after, item);
	// A row that is gone was mostly closed into the one above.
	return cursorTo(after, Math.max(0, Math.min(nearest(rows, row.path) ?? cursor, rows.length - 1)));
}

function nearest(rows: readonly FileNode[], path: Path | undefined): number | undefined {
	if (path === undefined) return undefined;
	const at = rows.findIndex(
		(row) => row.path !== undefined && (path.startsWith(`${row.path}/`) || row.path.startsWith(`${path}/`)),
	);
	return at < 0 ? undefined : at;
}

/** Where a person has to decide something first, at the start of this step. */
export function firstLook(state: WizardState): WizardState {
	if (!state.plan) return state;
	const waiting = modelOf(state.plan).items.find(({ sums }) => sums.waiting > 0);
	return waiting ? reveal(cursorTo(state, 0), waiting) : cursorTo(state, 0);
}
