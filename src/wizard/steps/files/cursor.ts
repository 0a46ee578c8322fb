import type { Path } from "../../../core/path/path.ts";
import type { WizardState } from "../../state.ts";
import { facts } from "./columns.ts";
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
	const item = row.path === undefined ? undefined : modelOf(after.plan).byPath.get(row.path);
	// To look for a value is quicker than to look into thousands of them.
	const same = row.item && item ? rows.indexOf(item) : rows.findIndex(({ id }) => id === row.id);
	if (same >= 0) return cursorTo(after, same);
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

/** The first item behind a place that waits for a yes and about which nothing was decided meanwhile. */
export function nextWaiting({ files, plan }: WizardState, behind: number): FileNode | undefined {
	if (!plan) return undefined;
	const { columns, items } = modelOf(plan);
	const { decisions } = files.pending;
	for (let at = behind + 1; at < items.length; at++) {
		const waits = ((columns.facts[at] as number) & (facts.unanswered | facts.included)) === facts.unanswered;
		if (waits && !decisions[at]) return items[at];
	}
	return undefined;
}

/** Where a person has to decide something first, at the start of this step. */
export function firstLook(state: WizardState): WizardState {
	if (!state.plan) return state;
	const waiting = nextWaiting(state, -1);
	return waiting ? reveal(cursorTo(state, 0), waiting) : cursorTo(state, 0);
}
