import { ancestors, isWithin, type Path, parent, pathFromText, pathToText } from "../../../base/path/path.ts";
import { escapeGlob } from "../../../base/path/quote.ts";
import type { Decision, EntryKind } from "../../../plan/plan.ts";
import { matchPaths } from "../../../plan/rules.ts";
import type { Rules } from "../../../service/application.ts";
import { type Consent, questionOf } from "./attention.ts";
import type { PendingPlan } from "./pending.ts";
import { countBelow, type FileNode, type FileTree, type ItemNode, isPlain, placeOfLink } from "./tree.ts";

/** The result of deciding about many items: the new rules, and the decided items. */
export interface Change {
	readonly rules: Rules;
	readonly decided: { readonly items: readonly ItemNode[]; readonly to: Decision };
	/** Patterns that were replaced because they also matched these items. */
	readonly replaced?: readonly string[];
	/** Number of items that need an explicit decision each. */
	readonly skipped?: number;
	/** Number of items without a choice: generated files, standard devices, names that no rule can match. */
	readonly fixed?: number;
}

/** Whether an item can be decided freely, only explicitly, or not at all. */
type Freedom = "free" | "consent" | "fixed";

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

export function isIn({ pending }: PendingPlan, { item }: FileNode): boolean {
	return item?.kind === "entry" && (pending.decisions.get(item.path) ?? item.entry.decision) === "include";
}

function isAllowed({ allowSecret, allowSetuid, devices }: Rules, text: string): boolean {
	return [allowSecret, allowSetuid, devices].some((list) => list.includes(text));
}

const textOf = ({ path }: ItemNode) => pathToText(path) ?? "";

/** Undefined for writable directories. */
export const kindOf = ({ item }: FileNode): EntryKind | undefined => (item?.kind === "entry" ? item.entry.kind : undefined);

/** Leaves out the included items. `top`: the folder that was selected. */
export function leaveOut(current: PendingPlan, rules: Rules, items: readonly ItemNode[], top?: Path): Change {
	const going = items.filter((node) => isIn(current, node));
	const willing = going.filter((node) => freedomOf(current, node, rules) === "free");
	// A link that was selected alone takes its targets with it.
	const free = willing.length > 1 ? withoutWays(current.tree, willing) : willing;
	const chosen = new Set(free.map(textOf));
	const mounts = rules.binds.filter(({ path }) => chosen.has(path));
	// Undoing a single consent asks again next time. With several items, each keeps its consent.
	const [single] = free.length === 1 ? chosen : [];
	const taken = new Set(mounts.map(({ path }) => path));
	if (single !== undefined && isAllowed(rules, single)) taken.add(single);
	// Devices have their own rule.
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
		fixed: going.length - free.length,
	};
}

/** Includes the items that are left out. A pattern that matched other items, too, is replaced by rules for those. */
export function takeIn(current: PendingPlan, rules: Rules, items: readonly ItemNode[]): Change {
	const out = items.filter((node) => node.item.kind === "entry" && !isIn(current, node));
	const { exclude, replaced, unmatched } = withoutExcludes(current, rules.exclude, out);
	const by: Record<Freedom, ItemNode[]> = { free: [], consent: [], fixed: [] };
	for (const node of out) by[freedomOf(current, node, rules)].push(node);
	// Naming a folder would include everything in it, even what the application never used.
	const named = by.free.filter((node) => unmatched.has(node) && kindOf(node) !== "directory");
	return {
		// Items that no rule excludes must be named to be included.
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
		skipped: by.consent.length,
		fixed: by.fixed.length,
	};
}

/** Removes patterns until none of the items is excluded, and keeps everything else excluded. */
function withoutExcludes(current: PendingPlan, exclude: readonly string[], items: readonly ItemNode[]) {
	const hit = new Set<string>();
	const matched = new Set<ItemNode>();
	// Removing one pattern may reveal another that matches.
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

/** Consent to one secret, setuid file or device. There is none for several at once. */
export function allowOne(current: PendingPlan, rules: Rules, kind: Consent, node: ItemNode): Change {
	const list = ({ secret: "allowSecret", setuid: "allowSetuid", device: "devices" } as const)[kind];
	const { exclude, replaced } = withoutExcludes(current, rules.exclude, [node]);
	return {
		rules: { ...rules, exclude, [list]: add(rules[list], [textOf(node)]) },
		decided: { items: [node], to: "include" },
		replaced,
	};
}

/** Leaves out the content of a folder, but not the folder. Writable directories start empty. */
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
	};
}

/** Undoes `makeEmpty`. */
export function fillAgain(current: PendingPlan, rules: Rules, path: Path, text: string): Change {
	const below = itemsWithin(current.tree, path);
	const isFree = (node: ItemNode) => node.item.kind === "state" || freedomOf(current, node, rules) === "free";
	return {
		rules: { ...rules, exclude: rules.exclude.filter((one) => one !== emptyRule(text)) },
		decided: { items: below.filter(isFree), to: "include" },
		skipped: below.filter((node) => freedomOf(current, node, rules) === "consent").length,
	};
}

/** Cycles from copied to mounted read-only, mounted writable, and copied. */
export function nextBind({ binds }: Rules, text: string): Rules["binds"] {
	const known = binds.find(({ path }) => path === text);
	if (!known) return [...binds, { path: text, access: "ro" }];
	const others = binds.filter((bind) => bind !== known);
	return known.access === "ro" ? binds.map((bind) => (bind === known ? { path: text, access: "rw" } : bind)) : others;
}

/** Items behind a link; a rule for the link includes them. */
export function behindLink(tree: FileTree, { item }: FileNode): readonly ItemNode[] {
	const place = item?.kind === "entry" ? placeOfLink(item.entry) : undefined;
	return place === undefined ? [] : itemsWithin(tree, place);
}

function itemsWithin({ items }: FileTree, path: Path): readonly ItemNode[] {
	return items.filter((node) => isWithin(node.path, path));
}

/** Drops links whose target has items that were not selected, because a rule for the link would include those. */
function withoutWays({ below }: FileTree, items: readonly ItemNode[]): readonly ItemNode[] {
	const chosen = countBelow(items);
	return items.filter(({ item }) => {
		const place = item.kind === "entry" ? placeOfLink(item.entry) : undefined;
		return place === undefined || below.get(place) === chosen.get(place);
	});
}

/** Only folders of at least this depth can stand for their items, because a rule for /usr would also match later files. */
const deepest = 3;

/**
 * The fewest rules that match exactly these items of the plan: a folder if all of its items are selected, else the item. Skips
 * items whose names are not text. `top`: the folder that the user selected.
 */
function coverOf({ below }: FileTree, items: readonly ItemNode[], top?: Path): string[] {
	const chosen = countBelow(items);
	/** The highest folder whose items are all selected. */
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
