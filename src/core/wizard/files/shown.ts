import { type Path, pathFromText, pathToText } from "../../path/path.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import { matchPaths } from "../../plan/rules.ts";
import type { WizardState } from "../state.ts";
import { needsAttention } from "./attention.ts";
import { type FilesModel, modelOf } from "./model.ts";
import type { FileNode } from "./nodes.ts";
import { search } from "./search.ts";
import type { FilesState, FileTab } from "./state.ts";

type Looking = Pick<WizardState, "plan" | "tab" | "queries" | "files">;

/** Each frame and each key asks for the rows; they are made anew where one of these changed. */
interface Shown {
	readonly tab: FileTab;
	readonly query: string;
	readonly opened: FilesState["opened"];
	readonly touched: FilesState["touched"];
	readonly tried: Plan | undefined;
	readonly rows: readonly FileNode[];
}

const remembered = new WeakMap<Plan, Shown>();
const nothing: readonly FileNode[] = [];

/** The rows to choose from: the tree as far as it is open, or a list of what the filter and the search leave. */
export function shownRows({ files, plan, queries, tab }: Looking): readonly FileNode[] {
	if (!plan) return nothing;
	const { opened, touched, tried } = files;
	const query = queries.files ?? "";
	const known = remembered.get(plan);
	const same =
		known?.tab === tab && known.query === query && (tab === "all" || (known.touched === touched && known.tried === tried));
	if (same && (known.opened === opened || isList({ query, tab }))) return known.rows;
	const model = modelOf(plan);
	const rows = isList({ query, tab }) ? listRows(model, tab, query, touched, tried) : treeRows(model, new Set(opened));
	remembered.set(plan, { tab, query, opened, touched, tried, rows });
	return rows;
}

/** Whether whole paths are listed instead of the tree. */
export function isFiltered({ queries, tab }: Pick<WizardState, "queries" | "tab">): boolean {
	return isList({ query: queries.files ?? "", tab });
}

function isList({ query, tab }: { query: string; tab: FileTab }): boolean {
	return tab !== "all" || query !== "";
}

function treeRows({ groups }: FilesModel, open: ReadonlySet<string>): readonly FileNode[] {
	const rows: FileNode[] = [];
	const add = (node: FileNode) => {
		rows.push(node);
		if (open.has(node.id)) for (const child of node.children) add(child);
	};
	for (const group of groups) add(group);
	return rows;
}

function listRows(
	model: FilesModel,
	tab: FileTab,
	query: string,
	touched: readonly Path[],
	tried: Plan | undefined,
): readonly FileNode[] {
	const kept = new Set(touched);
	const matches = testOf(model.plan, tab, tried);
	// Without a filter the texts need no second array.
	if (!matches) return search(model.items, model.texts, bytesOf(query));
	const items: FileNode[] = [];
	const texts: string[] = [];
	for (let at = 0; at < model.items.length; at++) {
		const node = model.items[at] as FileNode;
		if (!matches(node) && !(kept.size && kept.has(node.path as Path))) continue;
		items.push(node);
		if (query !== "") texts.push(model.texts[at] as string);
	}
	return query === "" ? items : search(items, texts, bytesOf(query));
}

/** Paths are bytes; what was typed is text. */
const bytesOf = (query: string) => pathFromText(query).toLowerCase();

function testOf(plan: Plan, tab: FileTab, tried: Plan | undefined): ((node: FileNode) => boolean) | undefined {
	const ofEntry = (test: (entry: Entry) => boolean) => (node: FileNode) => node.item?.kind === "entry" && test(node.item.entry);
	switch (tab) {
		case "all":
			return undefined;
		case "attention":
			return (node) => node.sums.waiting > 0;
		case "risky":
			return ofEntry(({ risks }) => risks.length > 0);
		case "in":
			return (node) => node.sums.in > 0;
		case "out":
			return (node) => node.sums.in === 0;
		case "decided":
			return decidedTest(plan);
		case "new": {
			const isNew = newTest(plan, tried);
			return (node) => node.item !== undefined && isNew(node.item.kind === "entry" ? node.item.entry : node.item.directory);
		}
	}
}

/** What a rule brought in, allowed, left out, or made writable. */
function decidedTest({ rules }: Plan): (node: FileNode) => boolean {
	const excluded = matchPaths(rules.exclude);
	const allowed = new Set<string>([...rules.allowSecret, ...rules.allowSetuid, ...rules.devices]);
	return ({ item }) => {
		if (!item) return false;
		const { reasons } = item.kind === "entry" ? item.entry : item.directory;
		if (reasons.some((reason) => reason.kind === "rule")) return true;
		if (item.kind === "state") return false;
		if (item.entry.decision === "declined") return !needsAttention(item.entry) && excluded(item.path) !== undefined;
		return allowed.size > 0 && allowed.has(pathToText(item.path) ?? "");
	};
}

type Newcomer = Pick<Entry, "path" | "reasons"> & Partial<Pick<Entry, "decision">>;

const inPlan = new WeakMap<Plan, ReadonlySet<Path>>();

/** Whether something came in because a trial missed it, or was not in what was built last. */
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

export function selectedRow(state: Looking & Pick<WizardState, "cursors">): FileNode | undefined {
	return shownRows(state)[state.cursors.files ?? 0];
}
