import { type Path, parent, pathToText } from "../../../base/path/path.ts";
import { escapeGlob, showPath } from "../../../base/path/quote.ts";
import type { Command } from "../../state/command.ts";
import { headOf } from "../../state/file-head.ts";
import { fileTabs } from "../../state/files-state.ts";
import type { Reduction, WizardState } from "../../state/state.ts";
import { ask, go, goOnOncePlanned, isBusy, notice, only, openPage, start, without } from "../../state/transitions.ts";
import { redo, undo } from "./history.ts";
import { totalsNow } from "./pending.ts";
import { bindFolder, decideAlike, decideKind, decidePackage, emptyFolder, folderOf, toggle, toggleDecoys } from "./toggle.ts";
import { type FileNode, isItem, itemsOf, treeOf } from "./tree.ts";
import { cursorTo, isFiltered, nextWaiting, reveal, selectedRow, visibleRows, withOpen } from "./visible-rows.ts";

export function reduceFiles(state: WizardState, command: Command): Reduction {
	const row = selectedRow(state);
	switch (command) {
		case "go-on":
			if (!state.plan) return only(state);
			return isBusy(state, "plan") ? goOnOncePlanned(state) : only(reminded(state, go(state, "accounts")));
		case "back":
			return back(state, row);
		case "next-tab":
		case "previous-tab": {
			const step = command === "next-tab" ? 1 : fileTabs.length - 1;
			const tab = fileTabs[(fileTabs.indexOf(state.tab) + step) % fileTabs.length] ?? "all";
			return only(cursorTo({ ...without(state, "notice"), tab, files: { ...state.files, touched: [] } }, 0));
		}
		case "search":
			return ask(state, "search", state.queries.files ?? "");
		case "include":
			return ask(state, "include");
		case "writable":
			return ask(state, "writable", textOf(row && folderOf(row)));
		case "exclude":
			return ask(state, "exclude", row?.path === undefined ? "" : globBeside(row));
		case "open":
			return row ? open(state, row) : only(state);
		case "open-all":
			return row ? openAll(state, row) : only(state);
		case "close-folder":
			return row ? (shut(state, row) ?? only(state)) : only(state);
		case "close-or-back":
			return (row && shut(state, row)) ?? back(state, row);
		case "next-waiting":
			return toNextWaiting(state);
		case "decoys":
			return toggleDecoys(state);
		case "look":
			return lookInside(state, row);
		case "undo":
			return undo(state) ?? only(notice(state, "nothing-to-undo"));
		case "redo":
			return redo(state) ?? only(notice(state, "nothing-to-redo"));
		default:
			return row ? decideRow(state, command, row) : only(state);
	}
}

/** Says once that entries need a decision, because they stay as they are. */
export function reminded(before: WizardState, after: WizardState): WizardState {
	const { attention } = totalsNow(before);
	if (!attention || before.files.reminded) return after;
	return notice({ ...after, files: { ...after.files, reminded: true } }, "undecided-first", { count: attention });
}

function decideRow(state: WizardState, command: Command, row: FileNode): Reduction {
	switch (command) {
		case "toggle":
			return toggle(state, row);
		case "all":
			return decideAlike(state, isFiltered(state) ? visibleRows(state).filter(isItem) : itemsOf(groupOf(row)));
		case "package":
			return decidePackage(state, row);
		case "kind":
			return decideKind(state, row);
		case "bind":
			return bindFolder(state, row);
		case "empty":
			return emptyFolder(state, row);
		default:
			return only(state);
	}
}

/** The first key clears the search. */
function back(state: WizardState, row: FileNode | undefined): Reduction {
	if (!state.queries.files) return only(go(state, "trace"));
	const whole = { ...state, queries: { ...state.queries, files: "" } };
	return only(row ? reveal(whole, row) : cursorTo(whole, 0));
}

function groupOf(row: FileNode): FileNode {
	return row.parent ? groupOf(row.parent) : row;
}

const textOf = (path: Path | undefined) => (path === undefined ? "" : (pathToText(path) ?? ""));

/** A pattern for everything in the row's folder. */
function globBeside(row: FileNode): string {
	const folder = row.kind === "folder" ? row.path : row.path && parent(row.path);
	return folder === undefined || folder === "/" ? "" : `${escapeGlob(textOf(folder))}/**`;
}

/** Opens a row. If it is open, moves into it, so that one key leads all the way down. */
function open(state: WizardState, row: FileNode): Reduction {
	if (!row.children.length || isFiltered(state)) return only(state);
	const { opened } = state.files;
	if (opened.includes(row.id)) return only(cursorTo(state, (state.cursors.files ?? 0) + 1));
	return only({ ...state, files: { ...state.files, opened: withOpen(opened, wayInto(row)) } });
}

/** Opens chains of folders with a single subfolder at once. */
function wayInto(row: FileNode): FileNode[] {
	const [only] = row.children;
	return row.children.length === 1 && only?.children.length ? [row, ...wayInto(only)] : [row];
}

function openAll(state: WizardState, row: FileNode): Reduction {
	if (!row.children.length || isFiltered(state)) return only(state);
	const folders = foldersOf(row);
	const opened = withOpen(state.files.opened, folders);
	if (opened !== state.files.opened) return only({ ...state, files: { ...state.files, opened } });
	const shut = new Set(folders.map(({ id }) => id));
	return only({ ...state, files: { ...state.files, opened: opened.filter((id) => !shut.has(id)) } });
}

function foldersOf(row: FileNode): readonly FileNode[] {
	return row.item ? [] : [row, ...row.children.flatMap(foldersOf)];
}

/** Closes an open row, or else goes to the parent. Undefined at the top. */
function shut(state: WizardState, row: FileNode): Reduction | undefined {
	if (isFiltered(state)) return undefined;
	const { opened } = state.files;
	if (opened.includes(row.id)) {
		return only({ ...state, files: { ...state.files, opened: opened.filter((id) => id !== row.id) } });
	}
	return row.parent ? only(reveal(state, row.parent)) : undefined;
}

/** Goes to the next item that needs a decision, and starts again after the last. */
function toNextWaiting(state: WizardState): Reduction {
	const row = selectedRow(state);
	const [first] = row ? itemsOf(row) : [];
	const at = first && state.plan ? treeOf(state.plan).items.indexOf(first) : 0;
	const next = nextWaiting(state, row?.item ? at + 1 : at) ?? nextWaiting(state, 0);
	if (!next) return only(notice(state, "nothing-waits"));
	// A filtered list may not contain it.
	const whole = visibleRows(state).includes(next) || !isFiltered(state);
	return only(reveal(whole ? state : { ...state, tab: "all", queries: { ...state.queries, files: "" } }, next));
}

/** Shows the beginning of a file. Not of a secret, which others could read over the administrator's shoulder. */
function lookInside(state: WizardState, row: FileNode | undefined): Reduction {
	const entry = row?.item?.kind === "entry" ? row.item.entry : undefined;
	if (entry?.content !== undefined) {
		const bytes = Buffer.from(entry.content, "utf8").toString("latin1");
		return only(openPage({ ...state, head: headOf(entry.path, bytes, bytes.length) }, "head"));
	}
	if (entry?.kind !== "file") return only(notice(state, "no-file-inside"));
	if (entry.risks.includes("secret")) return only(notice(state, "secret-not-shown", { path: showPath(entry.path) }));
	return start(state, { job: "head", path: entry.path });
}

export type Condition = (state: WizardState) => boolean;

const isFolder: Condition = (state) => {
	const row = selectedRow(state);
	return row !== undefined && row.kind !== "group" && folderOf(row) === row.path;
};
const isOnRow: Condition = (state) => selectedRow(state) !== undefined;

/** When a key does something for the selected row. */
export const offeredInFiles = {
	open: (state) => !isFiltered(state) && (selectedRow(state)?.children.length ?? 0) > 0,
	"next-waiting": (state) => totalsNow(state).attention > 0,
	undo: (state) => state.files.past.length > 0,
	look: (state) => {
		const item = selectedRow(state)?.item;
		return item?.kind === "entry" && (item.entry.kind === "file" || item.entry.content !== undefined);
	},
	all: isOnRow,
	package: (state) => {
		const item = selectedRow(state)?.item;
		return item?.kind === "entry" && item.entry.package !== undefined;
	},
	kind: (state) => selectedRow(state)?.item?.kind === "entry",
	writable: (state) => {
		const row = selectedRow(state);
		return row !== undefined && folderOf(row) !== undefined;
	},
	bind: isFolder,
	empty: isFolder,
} satisfies Partial<Record<Command, Condition>>;
