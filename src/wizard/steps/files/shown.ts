import { type Path, pathToText } from "../../../core/path/path.ts";
import type { Entry, Plan } from "../../../core/plan/plan.ts";
import type { WizardState } from "../../state.ts";
import { facts, matchPlaces } from "./columns.ts";
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
	const rows = isList({ query, tab }) ? listRows(model, tab, query, touched, tried) : treeRows(model, openIn({ opened }));
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

const openSets = new WeakMap<FilesState["opened"], ReadonlySet<string>>();

/** The ids of the rows that are open. Each frame and each key asks for them. */
export function openIn({ opened }: Pick<FilesState, "opened">): ReadonlySet<string> {
	const known = openSets.get(opened) ?? new Set(opened);
	openSets.set(opened, known);
	return known;
}

function treeRows({ groups }: FilesModel, open: ReadonlySet<string>): readonly FileNode[] {
	const rows: FileNode[] = [];
	const add = (node: FileNode) => {
		rows.push(node);
		if (!open.has(node.id)) return;
		const { branches, children } = node;
		let from = 0;
		// Only folders can be open: what lies between them is taken as it is.
		for (const branch of branches) {
			for (let at = from; at < branch; at++) rows.push(children[at] as FileNode);
			add(children[branch] as FileNode);
			from = branch + 1;
		}
		for (let at = from; at < children.length; at++) rows.push(children[at] as FileNode);
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
	const { columns, items } = model;
	const among = tab === "all" ? undefined : placesOfTab(model, tab, touched, tried);
	const places = search(columns, query, among);
	const rows = new Array<FileNode>(places.length);
	for (let at = 0; at < places.length; at++) rows[at] = items[places[at] as number] as FileNode;
	return rows;
}

/** What a view has, whatever is looked for in it. */
const inTab = new WeakMap<Plan, Pick<Shown, "tab" | "touched" | "tried"> & { readonly places: Int32Array }>();

function placesOfTab(model: FilesModel, tab: FileTab, touched: readonly Path[], tried: Plan | undefined): Int32Array {
	const { byPath, columns, plan } = model;
	const known = inTab.get(plan);
	if (known?.tab === tab && known.touched === touched && known.tried === tried) return known.places;
	const matches = testOf(model, tab, tried);
	const kept = new Set(touched.flatMap((path) => byPath.get(path)?.at ?? []));
	const all = new Int32Array(columns.paths.length);
	let count = 0;
	for (let at = 0; at < all.length; at++) if (matches(at) || (kept.size && kept.has(at))) all[count++] = at;
	const places = all.slice(0, count);
	inTab.set(plan, { tab, touched, tried, places });
	return places;
}

function testOf(model: FilesModel, tab: FileTab, tried: Plan | undefined): (at: number) => boolean {
	const { columns, items, plan } = model;
	const is = (at: number, mask: number, wanted: number) => ((columns.facts[at] as number) & mask) === wanted;
	switch (tab) {
		case "all":
			return () => true;
		case "attention":
			return (at) => is(at, facts.unanswered | facts.included, facts.unanswered);
		case "risky":
			return (at) => is(at, facts.risky, facts.risky);
		case "in":
			return (at) => is(at, facts.included, facts.included);
		case "out":
			return (at) => is(at, facts.included, 0);
		case "decided":
			return decidedTest(model);
		case "new": {
			const isNew = newTest(plan, tried);
			return (at) => {
				const item = items[at]?.item;
				return item !== undefined && isNew(item.kind === "entry" ? item.entry : item.directory);
			};
		}
	}
}

/** What a rule brought in, allowed, left out, or made writable. */
function decidedTest({ columns, plan }: FilesModel): (at: number) => boolean {
	const { rules } = plan;
	const excluded = matchPlaces(columns, rules.exclude);
	const allowed = new Set<string>([...rules.allowSecret, ...rules.allowSetuid, ...rules.devices]);
	return (at) => {
		const fact = columns.facts[at] as number;
		if (fact & facts.byRule) return true;
		if (!(fact & facts.entry)) return false;
		if (!(fact & facts.included)) return !(fact & facts.unanswered) && excluded(at) !== undefined;
		return allowed.size > 0 && allowed.has(pathToText(columns.paths[at] as Path) ?? "");
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
