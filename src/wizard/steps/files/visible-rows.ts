import fuzzysort from "fuzzysort";
import { type Path, pathFromText, pathToText } from "../../../base/path/path.ts";
import type { Entry, Plan } from "../../../plan/plan.ts";
import { matchPaths } from "../../../plan/rules.ts";
import type { FilesState, FileTab } from "../../state/files-state.ts";
import type { WizardState } from "../../state/state.ts";
import { isUnanswered } from "./attention.ts";
import { type FileNode, type ItemNode, treeOf } from "./tree.ts";

type FilesView = Pick<WizardState, "plan" | "tab" | "queries" | "files">;

/** Cached, because each frame and key needs the rows. */
interface Shown {
	readonly by: readonly unknown[];
	readonly rows: readonly FileNode[];
}

const remembered = new WeakMap<Plan, Shown>();

/** The open part of the tree, or a filtered list. */
export function visibleRows({ files, plan, queries, tab }: FilesView): readonly FileNode[] {
	if (!plan) return [];
	const query = queries.files ?? "";
	const by = [tab, query, files.opened, files.touched, files.tried];
	const known = remembered.get(plan);
	if (known && by.every((one, at) => one === known.by[at])) return known.rows;
	const rows = isFiltered({ queries, tab })
		? search(listOf(plan, tab, files), query)
		: treeRows(treeOf(plan).groups, openIn(files));
	remembered.set(plan, { by, rows });
	return rows;
}

/** Whether a list of paths is shown instead of the tree. */
export function isFiltered({ queries, tab }: Pick<WizardState, "queries" | "tab">): boolean {
	return tab !== "all" || (queries.files ?? "") !== "";
}

export function openIn({ opened }: Pick<FilesState, "opened">): ReadonlySet<string> {
	return new Set(opened);
}

function treeRows(nodes: readonly FileNode[], open: ReadonlySet<string>): readonly FileNode[] {
	return nodes.flatMap((node) => (open.has(node.id) ? [node, ...treeRows(node.children, open)] : [node]));
}

/** Threshold that accepts letters close together: `rdsconf` matches redis.conf with 0.28. */
const closeTogether = 0.25;

/** The matching items, the best first: every word is in the path, preferably in the file name. If there are none, fuzzy matches. */
export function search(items: readonly ItemNode[], query: string): readonly ItemNode[] {
	// Paths are bytes; a query is text.
	const words = pathFromText(query).toLowerCase().split(" ").filter(Boolean);
	const last = words.at(-1);
	if (last === undefined) return items;
	const found: readonly [ItemNode[], ItemNode[], ItemNode[]] = [[], [], []];
	for (const item of items) {
		const path = item.path.toLowerCase();
		if (words.every((word) => path.includes(word))) found[rankOf(path, last)].push(item);
	}
	const all = found.flat();
	return all.length
		? all
		: fuzzysort.go(words.join(""), items, { key: "path", limit: 0, threshold: closeTogether }).map(({ obj }) => obj);
}

/** Matches at the start of the name, in the name, in the path. */
function rankOf(path: string, word: string): 0 | 1 | 2 {
	const at = path.lastIndexOf(word);
	if (path.includes("/", at + 1)) return 2;
	return at === 0 || path[at - 1] === "/" ? 0 : 1;
}

/** The items of a view. Items that were decided in it stay visible. */
function listOf(plan: Plan, tab: FileTab, { touched, tried }: FilesState): readonly ItemNode[] {
	const { items } = treeOf(plan);
	if (tab === "all") return items;
	const isInTab = testOf(plan, tab, tried);
	const kept = new Set(touched);
	return items.filter((node) => isInTab(node) || kept.has(node.path));
}

function testOf(plan: Plan, tab: Exclude<FileTab, "all">, tried: Plan | undefined): (node: ItemNode) => boolean {
	const ofEntry = (test: (entry: Entry) => boolean) => (node: ItemNode) => node.item.kind === "entry" && test(node.item.entry);
	switch (tab) {
		case "attention":
			return ofEntry((entry) => entry.decision === "declined" && isUnanswered(entry));
		case "risky":
			return ofEntry(({ risks }) => risks.length > 0);
		case "in":
			return ({ item }) => item.kind === "state" || item.entry.decision === "include";
		case "out":
			return ofEntry(({ decision }) => decision === "declined");
		case "decided":
			return decidedTest(plan);
		case "new": {
			const isNew = newTest(plan, tried);
			return ({ item }) => isNew(item.kind === "entry" ? item.entry : item.directory);
		}
	}
}

/** Items that a rule includes, allows, leaves out or makes writable. */
function decidedTest({ rules }: Plan): (node: ItemNode) => boolean {
	const excluded = matchPaths(rules.exclude);
	const allowed = new Set<string>([...rules.allowSecret, ...rules.allowSetuid, ...rules.devices]);
	return ({ item, path }) => {
		const { reasons } = item.kind === "entry" ? item.entry : item.directory;
		if (reasons.some(({ kind }) => kind === "rule")) return true;
		if (item.kind === "state") return false;
		if (item.entry.decision === "declined") return !isUnanswered(item.entry) && excluded(path) !== undefined;
		return allowed.has(pathToText(path) ?? "");
	};
}

type Newcomer = Pick<Entry, "path" | "reasons"> & Partial<Pick<Entry, "decision">>;

const inPlan = new WeakMap<Plan, ReadonlySet<Path>>();

/** Whether a trial added an item, or the last candidate did not contain it. */
export function newTest(plan: Plan, tried: Plan | undefined): (one: Newcomer) => boolean {
	const isFound = ({ reasons }: Newcomer) => reasons.some((reason) => reason.kind === "trial");
	if (!tried || tried === plan) return isFound;
	const before = inPlan.get(tried) ?? new Set(pathsIn(tried));
	inPlan.set(tried, before);
	return (one) => isFound(one) || (one.decision !== "declined" && !before.has(one.path));
}

function pathsIn({ entries, writable }: Plan): Path[] {
	const included = entries.flatMap(({ decision, path }) => (decision === "include" ? [path] : []));
	return [...included, ...writable.map(({ path }) => path)];
}

export function selectedRow(state: FilesView & Pick<WizardState, "cursors">): FileNode | undefined {
	return visibleRows(state)[state.cursors.files ?? 0];
}

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
