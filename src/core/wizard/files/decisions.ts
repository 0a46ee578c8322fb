import type { Rules } from "../../application/application.ts";
import { isWithin, type Path, pathFromText, pathToText } from "../../path/path.ts";
import { escapeGlob } from "../../path/quote.ts";
import type { Decision } from "../../plan/plan.ts";
import { matchPaths } from "../../plan/rules.ts";
import { type OwnYes, questionOf } from "./attention.ts";
import { coverOf, withoutWays } from "./cover.ts";
import type { FileNode, Item } from "./nodes.ts";
import { decidedAlike, type Standing } from "./pending.ts";

/** What many decisions at once come to: the rules that say them, and what each item becomes. */
export interface Change {
	readonly rules: Rules;
	readonly decided: ReadonlyMap<Path, Decision>;
	/** Patterns that had to go because they left out some of what comes in. */
	readonly replaced: readonly string[];
	/** Items that need a yes of their own. */
	readonly aside: number;
	/** Items about which nothing can be decided: what is written for the cage, what is always given, what no rule can name. */
	readonly fixed: number;
}

/** How an item may be decided: freely, only by a yes to it alone, or not at all. */
export type Freedom = "free" | "own-yes" | "fixed";

export function freedomOf(standing: Standing, node: FileNode, rules: Rules): Freedom {
	const { item, plain } = node;
	if (plain) return "free";
	const text = item?.kind === "entry" ? pathToText(item.path) : undefined;
	if (item?.kind !== "entry" || text === undefined) return "fixed";
	const { kind, risks } = item.entry;
	if (kind === "generated" || risks.includes("refused-device")) return "fixed";
	if (kind === "device" && isIn(standing, node)) return rules.devices.includes(text) ? "free" : "fixed";
	if (isIn(standing, node) || questionOf(item.entry) === undefined) return "free";
	return isAllowed(rules, text) ? "free" : "own-yes";
}

export function isIn({ pending }: Standing, { item }: FileNode): boolean {
	if (item?.kind !== "entry") return false;
	const to = pending.size ? pending.get(item.path) : undefined;
	return (to === undefined || to === "mounted" ? item.entry.decision : to) === "include";
}

function isAllowed({ allowSecret, allowSetuid, devices }: Rules, text: string): boolean {
	return [allowSecret, allowSetuid, devices].some((list) => list.includes(text));
}

/** Leaves out what goes in of the items; `top` is the folder that they were chosen by. */
export function leaveOut(standing: Standing, rules: Rules, items: readonly FileNode[], top?: Path): Change {
	// In one go: of tens of thousands each list more is felt.
	const willing: FileNode[] = [];
	let going = 0;
	for (const node of items) {
		if (!isIn(standing, node)) continue;
		going++;
		if (node.plain || freedomOf(standing, node, rules) === "free") willing.push(node);
	}
	// One that was chosen by itself takes along what it leads to.
	const free = willing.length > 1 ? withoutWays(standing.model, willing) : willing;
	// Most have no rule of their own: only the few that rules name are looked for.
	const named = namedAmong(free, [rules.allowSecret, rules.allowSetuid, rules.devices, rules.binds.map(({ path }) => path)]);
	const mounts = rules.binds.filter(({ path }) => named.has(path));
	// A single yes that is taken back leaves its question behind. Of many, each keeps its yes for when they come in again.
	const [single] = free.length === 1 ? named : [];
	const taken = new Set([
		...mounts.map(({ path }) => path),
		...(single !== undefined && isAllowed(rules, single) ? [single] : []),
	]);
	const without = (list: readonly string[], gone: ReadonlySet<string>) =>
		list.some((one) => gone.has(one)) ? list.filter((one) => !gone.has(one)) : list;
	const excluded = free.filter(
		(node) => node.plain || (isCopied(node.item) && !(taken.size && taken.has(pathToText(node.path as Path) ?? ""))),
	);
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, coverOf(excluded, top)),
			allowSecret: without(rules.allowSecret, taken),
			allowSetuid: without(rules.allowSetuid, taken),
			devices: without(rules.devices, named),
			binds: mounts.length ? rules.binds.filter((bind) => !mounts.includes(bind)) : rules.binds,
		},
		decided: decidedAlike(free, "declined"),
		replaced: [],
		aside: 0,
		fixed: going - free.length,
	};
}

function namedAmong(nodes: readonly FileNode[], lists: readonly (readonly string[])[]): ReadonlySet<string> {
	const texts = lists.flat();
	if (!texts.length) return new Set();
	const chosen = new Set(nodes.map(({ path }) => path));
	return new Set(texts.filter((text) => chosen.has(pathFromText(text))));
}

/** A device goes by its own rule alone. */
const isCopied = (item: Item | undefined) => item?.kind === "entry" && item.entry.kind !== "device";

/** Takes in what stays out of the items. Where a pattern left out more than them, it is replaced by what else it left out. */
export function takeIn(standing: Standing, rules: Rules, items: readonly FileNode[]): Change {
	const out = items.filter((node) => node.item?.kind === "entry" && !isIn(standing, node));
	const free = out.filter((node) => freedomOf(standing, node, rules) === "free");
	const { exclude, replaced, unmatched } = withoutExcludes(standing, rules.exclude, out);
	const isFree = new Set(free);
	// A folder that was named would bring everything in it, also what the application never used.
	const named = unmatched.filter(
		(node) => isFree.has(node) && node.item?.kind === "entry" && node.item.entry.kind !== "directory",
	);
	return {
		// What no rule left out was only looked at: naming it brings it.
		rules: { ...rules, exclude, include: add(rules.include, named.map(ruleFor)) },
		decided: decidedAlike(free, "include"),
		replaced,
		aside: out.filter((node) => freedomOf(standing, node, rules) === "own-yes").length,
		fixed: out.filter((node) => freedomOf(standing, node, rules) === "fixed").length,
	};
}

/** The patterns without which none of the items is left out any more, and with everything else left out as before. */
function withoutExcludes(standing: Standing, exclude: readonly string[], items: readonly FileNode[]) {
	const hit = new Set<string>();
	const matched = new Set<FileNode>();
	// Another pattern may match the same items and come to light once the first is gone.
	for (let pending = items; pending.length; ) {
		const matches = matchPaths(exclude.filter((one) => !hit.has(one)));
		pending = pending.filter((node) => {
			const text = matches(node.path as Path);
			if (text === undefined) return false;
			hit.add(text);
			matched.add(node);
			return true;
		});
	}
	const unmatched = items.filter((node) => !matched.has(node));
	if (!hit.size) return { exclude, replaced: [], unmatched };
	const kept = exclude.filter((one) => !hit.has(one));
	const [gone, still] = [matchPaths([...hit]), matchPaths(kept)];
	const others = standing.model.items.filter((node) => {
		if (node.item?.kind !== "entry" || matched.has(node) || isIn(standing, node)) return false;
		const path = node.path as Path;
		return gone(path) !== undefined && still(path) === undefined;
	});
	return {
		exclude: add(kept, coverOf(others)),
		replaced: others.length ? [...hit] : [],
		unmatched,
	};
}

const ruleFor = ({ path }: FileNode) => escapeGlob(pathToText(path as Path) ?? "");

/** Yes to one secret, one setuid file, one device: never to all of them at once. */
export function allowOne(standing: Standing, rules: Rules, kind: OwnYes, node: FileNode): Change {
	const list = ({ secret: "allowSecret", setuid: "allowSetuid", device: "devices" } as const)[kind];
	const { exclude, replaced } = withoutExcludes(standing, rules.exclude, [node]);
	return {
		rules: { ...rules, exclude, [list]: add(rules[list], [pathToText(node.path as Path) ?? ""]) },
		decided: decidedAlike([node], "include"),
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

export function makeEmpty(standing: Standing, rules: Rules, path: Path, text: string): Change {
	const below = standing.model.items.filter((node) => node.path === path || isWithin(node.path as Path, path));
	const entries = below.filter(({ item, path: own }) => item?.kind === "state" || own !== path);
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, [emptyRule(text)]),
			seed: rules.seed.filter((one) => !isWithin(pathFromText(one), path)),
			binds: rules.binds.filter((bind) => bind.path !== text),
		},
		decided: decidedAlike(entries, "declined"),
		replaced: [],
		aside: 0,
		fixed: 0,
	};
}

/** As the host has it again. */
export function fillAgain(standing: Standing, rules: Rules, path: Path, text: string): Change {
	const below = standing.model.items.filter((node) => node.path === path || isWithin(node.path as Path, path));
	return {
		rules: { ...rules, exclude: rules.exclude.filter((one) => one !== emptyRule(text)) },
		decided: decidedAlike(
			below.filter((node) => freedomOf(standing, node, rules) === "free" || node.item?.kind === "state"),
			"include",
		),
		replaced: [],
		aside: below.filter((node) => freedomOf(standing, node, rules) === "own-yes").length,
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

function add(list: readonly string[], more: readonly string[]): readonly string[] {
	const known = new Set(list);
	const fresh = more.filter((one) => !known.has(one));
	return fresh.length ? [...list, ...fresh] : list;
}
