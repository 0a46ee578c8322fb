import type { Rules } from "../../../core/application/application.ts";
import { ancestors, isWithin, type Path, parent, pathFromText, pathToText } from "../../../core/path/path.ts";
import { escapeGlob } from "../../../core/path/quote.ts";
import type { Decision, EntryKind } from "../../../core/plan/plan.ts";
import { matchPaths } from "../../../core/plan/rules.ts";
import { type Consent, questionOf } from "./attention.ts";
import type { PendingPlan } from "./pending.ts";
import { countBelow, type FileNode, type FileTree, type ItemNode, isPlain, placeOfLink } from "./tree.ts";

/** The result of many decisions at once: the rules that express them, and what each item becomes. */
export interface Change {
	readonly rules: Rules;
	readonly decided: { readonly items: readonly ItemNode[]; readonly to: Decision };
	/** Patterns that had to go because they left out some of what comes in. */
	readonly replaced: readonly string[];
	/** Items that need a yes of their own. */
	readonly aside: number;
	/** Items that nobody can decide about: generated files, devices that every cage has, names that no rule can express. */
	readonly fixed: number;
}

/** How an item may be decided: freely, only by a yes to it alone, or not at all. */
export type Freedom = "free" | "consent" | "fixed";

export function freedomOf(current: PendingPlan, node: FileNode, rules: Rules): Freedom {
	const { item } = node;
	if (item && isPlain(item)) return "free";
	const text = item?.kind === "entry" ? pathToText(item.path) : undefined;
	if (item?.kind !== "entry" || text === undefined) return "fixed";
	const { kind, risks } = item.entry;
	if (kind === "generated" || risks.includes("refused-device")) return "fixed";
	if (kind === "device" && isIn(current, node)) return rules.devices.includes(text) ? "free" : "fixed";
	if (isIn(current, node) || questionOf(item.entry) === undefined) return "free";
	return isAllowed(rules, text) ? "free" : "consent";
}

/** Whether it is an entry that goes in. */
export function isIn({ pending }: PendingPlan, { item }: FileNode): boolean {
	return item?.kind === "entry" && (pending.decisions.get(item.path) ?? item.entry.decision) === "include";
}

function isAllowed({ allowSecret, allowSetuid, devices }: Rules, text: string): boolean {
	return [allowSecret, allowSetuid, devices].some((list) => list.includes(text));
}

const textOf = ({ path }: ItemNode) => pathToText(path) ?? "";

/** Of a directory for the application to write there is none. */
export const kindOf = ({ item }: FileNode): EntryKind | undefined => (item?.kind === "entry" ? item.entry.kind : undefined);

/** Leaves out those of the items that go in; `top` is the folder that they were chosen by. */
export function leaveOut(current: PendingPlan, rules: Rules, items: readonly ItemNode[], top?: Path): Change {
	const going = items.filter((node) => isIn(current, node));
	const willing = going.filter((node) => freedomOf(current, node, rules) === "free");
	// A link that was chosen by itself takes along what it leads to.
	const free = willing.length > 1 ? withoutWays(current.tree, willing) : willing;
	const chosen = new Set(free.map(textOf));
	const mounts = rules.binds.filter(({ path }) => chosen.has(path));
	// A single yes that is taken back leaves its question behind. Of many, each keeps its yes for when they come in again.
	const [single] = free.length === 1 ? chosen : [];
	const taken = new Set(mounts.map(({ path }) => path));
	if (single !== undefined && isAllowed(rules, single)) taken.add(single);
	// A device goes by its own rule alone.
	const isExcluded = (node: ItemNode) => isPlain(node.item) || (kindOf(node) !== "device" && !taken.has(textOf(node)));
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, coverOf(current.tree, free.filter(isExcluded), top)),
			allowSecret: rules.allowSecret.filter((text) => !taken.has(text)),
			allowSetuid: rules.allowSetuid.filter((text) => !taken.has(text)),
			devices: rules.devices.filter((text) => !chosen.has(text)),
			binds: rules.binds.filter((bind) => !mounts.includes(bind)),
		},
		decided: { items: free, to: "declined" },
		replaced: [],
		aside: 0,
		fixed: going.length - free.length,
	};
}

/** Takes in those of the items that stay out. A pattern that left out more than them is replaced by the rest of what it left out. */
export function takeIn(current: PendingPlan, rules: Rules, items: readonly ItemNode[]): Change {
	const out = items.filter((node) => node.item.kind === "entry" && !isIn(current, node));
	const { exclude, replaced, unmatched } = withoutExcludes(current, rules.exclude, out);
	const by: Record<Freedom, ItemNode[]> = { free: [], consent: [], fixed: [] };
	for (const node of out) by[freedomOf(current, node, rules)].push(node);
	// A folder that was named would bring everything in it, also what the application never used.
	const named = by.free.filter((node) => unmatched.has(node) && kindOf(node) !== "directory");
	return {
		// What no rule left out was only looked at: naming it brings it.
		rules: {
			...rules,
			exclude,
			include: add(
				rules.include,
				named.map((node) => escapeGlob(textOf(node))),
			),
		},
		decided: { items: by.free, to: "include" },
		replaced,
		aside: by["consent"].length,
		fixed: by.fixed.length,
	};
}

/** The patterns without which none of the items is left out any more, and with everything else left out as before. */
function withoutExcludes(current: PendingPlan, exclude: readonly string[], items: readonly ItemNode[]) {
	const hit = new Set<string>();
	const matched = new Set<ItemNode>();
	// Another pattern may match the same items and come to light once the first is gone.
	for (let pending = items, left = exclude; pending.length && left.length; left = exclude.filter((one) => !hit.has(one))) {
		const matches = matchPaths(left);
		pending = pending.filter((node) => {
			const text = matches(node.path);
			if (text === undefined) return false;
			hit.add(text);
			matched.add(node);
			return true;
		});
	}
	const unmatched = new Set(items.filter((node) => !matched.has(node)));
	if (!hit.size) return { exclude, replaced: [], unmatched };
	const kept = exclude.filter((one) => !hit.has(one));
	const [gone, still] = [matchPaths([...hit]), matchPaths(kept)];
	const others = current.tree.items.filter(
		(node) =>
			node.item.kind === "entry" &&
			!matched.has(node) &&
			!isIn(current, node) &&
			gone(node.path) !== undefined &&
			still(node.path) === undefined,
	);
	return { exclude: add(kept, coverOf(current.tree, others)), replaced: others.length ? [...hit] : [], unmatched };
}

/** Yes to one secret, one setuid file, one device: never to all of them at once. */
export function allowOne(current: PendingPlan, rules: Rules, kind: Consent, node: ItemNode): Change {
	const list = ({ secret: "allowSecret", setuid: "allowSetuid", device: "devices" } as const)[kind];
	const { exclude, replaced } = withoutExcludes(current, rules.exclude, [node]);
	return {
		rules: { ...rules, exclude, [list]: add(rules[list], [textOf(node)]) },
		decided: { items: [node], to: "include" },
		replaced,
		aside: 0,
		fixed: 0,
	};
}

/** Everything in a folder stays out and the folder itself is there; of a writable directory: it begins empty. */
function emptyRule(text: string): string {
	return `${escapeGlob(text)}/*`;
}

export function isEmptied(rules: Rules, text: string): boolean {
	return rules.exclude.includes(emptyRule(text));
}

export function makeEmpty({ tree }: PendingPlan, rules: Rules, path: Path, text: string): Change {
	const below = itemsWithin(tree, path);
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, [emptyRule(text)]),
			seed: rules.seed.filter((one) => !isWithin(pathFromText(one), path)),
			binds: rules.binds.filter((bind) => bind.path !== text),
		},
		decided: { items: below.filter((node) => node.item.kind === "state" || node.path !== path), to: "declined" },
		replaced: [],
		aside: 0,
		fixed: 0,
	};
}

/** As the host has it again. */
export function fillAgain(current: PendingPlan, rules: Rules, path: Path, text: string): Change {
	const below = itemsWithin(current.tree, path);
	const isFree = (node: ItemNode) => node.item.kind === "state" || freedomOf(current, node, rules) === "free";
	return {
		rules: { ...rules, exclude: rules.exclude.filter((one) => one !== emptyRule(text)) },
		decided: { items: below.filter(isFree), to: "include" },
		replaced: [],
		aside: below.filter((node) => freedomOf(current, node, rules) === "consent").length,
		fixed: 0,
	};
}

/** From a copy to a mounted folder, read-only, then for writing too, then a copy again. */
export function nextBind({ binds }: Rules, text: string): Rules["binds"] {
	const known = binds.find(({ path }) => path === text);
	if (!known) return [...binds, { path: text, access: "ro" }];
	const others = binds.filter((bind) => bind !== known);
	return known.access === "ro" ? binds.map((bind) => (bind === known ? { path: text, access: "rw" } : bind)) : others;
}

/** Items that are where a link leads: a rule for the link means them too. */
export function behindLink(tree: FileTree, { item }: FileNode): readonly ItemNode[] {
	const place = item?.kind === "entry" ? placeOfLink(item.entry) : undefined;
	return place === undefined ? [] : itemsWithin(tree, place);
}

/** The items at or below a path. */
function itemsWithin({ items }: FileTree, path: Path): readonly ItemNode[] {
	return items.filter((node) => isWithin(node.path, path));
}

/** Without the links that also lead to something that was not chosen (`/lib` to all of /usr/lib), because a rule for one would take that along. */
function withoutWays({ below }: FileTree, items: readonly ItemNode[]): readonly ItemNode[] {
	const chosen = countBelow(items);
	return items.filter(({ item }) => {
		const place = item.kind === "entry" ? placeOfLink(item.entry) : undefined;
		return place === undefined || below.get(place) === chosen.get(place);
	});
}

/** A folder of at least this depth stands for what is in it without being chosen: a rule for all of /usr would also mean what comes later. */
const deepest = 3;

/**
 * The fewest rules that name exactly these items and no other of the plan: a folder where all of its items are meant, else the item.
 * Items whose names are no text are passed over. `top` is the folder that the person chose.
 */
function coverOf({ below }: FileTree, items: readonly ItemNode[], top?: Path): string[] {
	const chosen = countBelow(items);
	/** The highest folder that is meant with everything in it. */
	const wholeFolder = (path: Path) =>
		ancestors(path).find((folder) => {
			const count = below.get(folder) ?? 0;
			if (count !== chosen.get(folder)) return false;
			const stands = count > 1 && (top ? isWithin(folder, top) : folder.split("/").length > deepest);
			return folder === top || stands;
		});
	const wholes = new Map<Path, Path | undefined>();
	const cover = items.flatMap(({ path }) => {
		const folder = parent(path);
		if (!wholes.has(folder)) wholes.set(folder, wholeFolder(path));
		const text = pathToText(wholes.get(folder) ?? path) ?? pathToText(path);
		return text === undefined ? [] : [escapeGlob(text)];
	});
	return [...new Set(cover)];
}

function add(list: readonly string[], more: readonly string[]): readonly string[] {
	return more.length ? [...new Set([...list, ...more])] : list;
}
