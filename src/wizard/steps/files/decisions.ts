import type { Rules } from "../../../core/application/application.ts";
import { isWithin, type Path, pathFromText, pathToText } from "../../../core/path/path.ts";
import { escapeGlob } from "../../../core/path/quote.ts";
import type { Decision } from "../../../core/plan/plan.ts";
import { type OwnYes, questionOf } from "./attention.ts";
import { facts, kindNumbers, matchPlaces } from "./columns.ts";
import { coverOf, type Places, placesWithin, withoutWays } from "./cover.ts";
import type { FileNode } from "./nodes.ts";
import { type Standing, to } from "./pending.ts";

/** What many decisions at once come to: the rules that say them, and what each item becomes. */
export interface Change {
	readonly rules: Rules;
	readonly decided: { readonly places: Places; readonly to: Decision };
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

export function isIn(standing: Standing, { at, item }: FileNode): boolean {
	return item !== undefined && isInAt(standing, at);
}

/** Of an entry, by its place. */
export function isInAt({ model, pending }: Standing, at: number): boolean {
	const fact = model.columns.facts[at] as number;
	if (!(fact & facts.entry)) return false;
	const decision = pending.decisions[at];
	return decision ? decision === to.include : (fact & facts.included) !== 0;
}

/** Most items are free, and a column says so. */
export function isFreeAt(standing: Standing, at: number, rules: Rules): boolean {
	const { columns, items } = standing.model;
	if ((columns.facts[at] as number) & facts.plain) return true;
	return freedomOf(standing, items[at] as FileNode, rules) === "free";
}

function isAllowed({ allowSecret, allowSetuid, devices }: Rules, text: string): boolean {
	return [allowSecret, allowSetuid, devices].some((list) => list.includes(text));
}

/** Leaves out what goes in of the items; `top` is the folder that they were chosen by. */
export function leaveOut(standing: Standing, rules: Rules, places: Places, top?: Path): Change {
	const { columns } = standing.model;
	// In one go: of tens of thousands each list more is felt.
	const willing: number[] = [];
	let going = 0;
	let arePlain = true;
	for (const at of places) {
		if (!isInAt(standing, at)) continue;
		going++;
		if (!isFreeAt(standing, at, rules)) continue;
		willing.push(at);
		arePlain &&= ((columns.facts[at] as number) & facts.plain) !== 0;
	}
	// One that was chosen by itself takes along what it leads to.
	const free = willing.length > 1 ? withoutWays(columns, willing) : willing;
	// Most have no rule of their own: only the few that rules name are looked for.
	const named = namedAmong(standing, free, [
		rules.allowSecret,
		rules.allowSetuid,
		rules.devices,
		rules.binds.map(({ path }) => path),
	]);
	const mounts = rules.binds.filter(({ path }) => named.has(path));
	// A single yes that is taken back leaves its question behind. Of many, each keeps its yes for when they come in again.
	const [single] = free.length === 1 ? named : [];
	const taken = new Set([
		...mounts.map(({ path }) => path),
		...(single !== undefined && isAllowed(rules, single) ? [single] : []),
	]);
	const without = (list: readonly string[], gone: ReadonlySet<string>) =>
		list.some((one) => gone.has(one)) ? list.filter((one) => !gone.has(one)) : list;
	// A device goes by its own rule alone.
	const isExcluded = (at: number) => columns.kinds[at] !== kindNumbers.device && !(taken.size && taken.has(textAt(standing, at)));
	const excluded = arePlain ? free : free.filter((at) => (columns.facts[at] as number) & facts.plain || isExcluded(at));
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, coverOf(columns, excluded, top)),
			allowSecret: without(rules.allowSecret, taken),
			allowSetuid: without(rules.allowSetuid, taken),
			devices: without(rules.devices, named),
			binds: mounts.length ? rules.binds.filter((bind) => !mounts.includes(bind)) : rules.binds,
		},
		decided: { places: free, to: "declined" },
		replaced: [],
		aside: 0,
		fixed: going - free.length,
	};
}

const textAt = ({ model }: Standing, at: number) => pathToText(model.columns.paths[at] as Path) ?? "";

function namedAmong({ model }: Standing, places: Places, lists: readonly (readonly string[])[]): ReadonlySet<string> {
	const texts = lists.flat();
	if (!texts.length) return new Set();
	const chosen = new Uint8Array(model.items.length);
	for (const at of places) chosen[at] = 1;
	return new Set(
		texts.filter((text) => {
			const node = model.byPath.get(pathFromText(text));
			return node !== undefined && chosen[node.at] === 1;
		}),
	);
}

/** Takes in what stays out of the items. Where a pattern left out more than them, it is replaced by what else it left out. */
export function takeIn(standing: Standing, rules: Rules, places: Places): Change {
	const { columns, items } = standing.model;
	const out = places.filter((at) => (columns.facts[at] as number) & facts.entry && !isInAt(standing, at));
	const { exclude, replaced, unmatched } = withoutExcludes(standing, rules.exclude, out);
	const freedoms = { free: 0, "own-yes": 0, fixed: 0 };
	const free = out.filter((at) => {
		const freedom = freedomOf(standing, items[at] as FileNode, rules);
		freedoms[freedom]++;
		return freedom === "free";
	});
	// A folder that was named would bring everything in it, also what the application never used.
	const named = unmatched.filter((at) => columns.kinds[at] !== kindNumbers.directory && isFreeAt(standing, at, rules));
	return {
		// What no rule left out was only looked at: naming it brings it.
		rules: {
			...rules,
			exclude,
			include: add(
				rules.include,
				named.map((at) => columns.rules[at] ?? ""),
			),
		},
		decided: { places: free, to: "include" },
		replaced,
		aside: freedoms["own-yes"],
		fixed: freedoms.fixed,
	};
}

/** The patterns without which none of the items is left out any more, and with everything else left out as before. */
function withoutExcludes(standing: Standing, exclude: readonly string[], places: Places) {
	const { columns } = standing.model;
	const hit = new Set<string>();
	const matched = new Uint8Array(columns.paths.length);
	// Another pattern may match the same items and come to light once the first is gone.
	for (let pending = places, left = exclude; pending.length && left.length; left = exclude.filter((one) => !hit.has(one))) {
		const matches = matchPlaces(columns, left);
		const found: number[] = [];
		let last: string | undefined;
		for (const at of pending) {
			const text = matches(at);
			if (text === undefined) continue;
			if (text !== last) hit.add(text);
			last = text;
			matched[at] = 1;
			found.push(at);
		}
		pending = found;
	}
	const unmatched = places.filter((at) => !matched[at]);
	if (!hit.size) return { exclude, replaced: [], unmatched };
	const kept = exclude.filter((one) => !hit.has(one));
	const [gone, still] = [matchPlaces(columns, kept.length ? [...hit] : exclude), matchPlaces(columns, kept)];
	const others: number[] = [];
	for (let at = 0; at < matched.length; at++) {
		if (!((columns.facts[at] as number) & facts.entry) || matched[at] || isInAt(standing, at)) continue;
		if (gone(at) !== undefined && still(at) === undefined) others.push(at);
	}
	return {
		exclude: add(kept, coverOf(columns, others)),
		replaced: others.length ? [...hit] : [],
		unmatched,
	};
}

/** Yes to one secret, one setuid file, one device: never to all of them at once. */
export function allowOne(standing: Standing, rules: Rules, kind: OwnYes, node: FileNode): Change {
	const list = ({ secret: "allowSecret", setuid: "allowSetuid", device: "devices" } as const)[kind];
	const { exclude, replaced } = withoutExcludes(standing, rules.exclude, [node.at]);
	return {
		rules: { ...rules, exclude, [list]: add(rules[list], [pathToText(node.path as Path) ?? ""]) },
		decided: { places: [node.at], to: "include" },
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

export function makeEmpty({ model }: Standing, rules: Rules, path: Path, text: string): Change {
	const { columns } = model;
	const below = placesWithin(columns, path);
	return {
		rules: {
			...rules,
			exclude: add(rules.exclude, [emptyRule(text)]),
			seed: rules.seed.filter((one) => !isWithin(pathFromText(one), path)),
			binds: rules.binds.filter((bind) => bind.path !== text),
		},
		decided: {
			places: below.filter((at) => !((columns.facts[at] as number) & facts.entry) || columns.paths[at] !== path),
			to: "declined",
		},
		replaced: [],
		aside: 0,
		fixed: 0,
	};
}

/** As the host has it again. */
export function fillAgain(standing: Standing, rules: Rules, path: Path, text: string): Change {
	const { columns, items } = standing.model;
	const below = placesWithin(columns, path);
	const isState = (at: number) => !((columns.facts[at] as number) & facts.entry);
	return {
		rules: { ...rules, exclude: rules.exclude.filter((one) => one !== emptyRule(text)) },
		decided: { places: below.filter((at) => isState(at) || isFreeAt(standing, at, rules)), to: "include" },
		replaced: [],
		aside: below.filter((at) => freedomOf(standing, items[at] as FileNode, rules) === "own-yes").length,
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
	if (!list.length || !more.length) return more.length ? more : list;
	const known = new Set(list);
	const fresh = more.filter((one) => !known.has(one));
	return fresh.length ? [...list, ...fresh] : list;
}
