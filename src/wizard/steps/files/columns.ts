import { type Path, parent, pathToText } from "../../../core/path/path.ts";
import { escapeGlob } from "../../../core/path/quote.ts";
import type { Pausable } from "../../../core/pausable.ts";
import type { EntryKind } from "../../../core/plan/plan.ts";
import { matchInFolders } from "../../../core/plan/rules.ts";
import { isUnanswered } from "./attention.ts";
import { type FileNode, type PlanFolder, placeOfLink } from "./nodes.ts";
import { letterBit, lowerCase, type Searched } from "./search.ts";

/**
 * What a key has to know of each item, one column a fact, by the item's place in the order of the tree. A value for each of 50,000 lies somewhere else
 * in memory, and to look at all of them takes longer than a key may; to run through a column takes a fraction of a millisecond.
 */
export interface Columns extends Searched {
	readonly paths: readonly Path[];
	/** As a rule that names this path alone; undefined where none can. */
	readonly rules: readonly (string | undefined)[];
	/** `facts` together. */
	readonly facts: Uint8Array;
	readonly kinds: Uint8Array;
	readonly sizes: Float64Array;
	/** Of the package, by its place in `packageNames`; -1 where it belongs to none. */
	readonly packages: Int32Array;
	readonly packageNames: ReadonlyMap<string, number>;
	/** The row above, by its place in the `rows` of the model. */
	readonly above: Int32Array;
	/** The folder that it lies in, by its place in `folders`; -1 directly below the root. */
	readonly within: Int32Array;
	/** Of the plan: each behind the one above it, whose place is in `foldersAbove`, -1 at the top. */
	readonly folders: readonly PlanFolder[];
	readonly foldersAbove: Int32Array;
	/** Links that lead to a folder of the plan, with that folder's place. */
	readonly ways: readonly (readonly [at: number, folder: number])[];
}

/** What is so of an item, as bits. */
export const facts = {
	/** It goes in by the plan. */
	included: 1,
	/** It is an entry, and no directory for the application to write. */
	entry: 2,
	plain: 4,
	unanswered: 8,
	risky: 16,
	/** A rule brought it. */
	byRule: 32,
} as const;

/** Numbers for the kinds of entries; 0 is a directory that the application may write. */
export const kindNumbers: Readonly<Record<EntryKind, number>> = {
	file: 1,
	generated: 2,
	symlink: 3,
	directory: 4,
	device: 5,
	socket: 6,
	bind: 7,
};

/** `known` are the folders of the plan by their paths. */
export function* makeColumns(items: readonly FileNode[], known: ReadonlyMap<string, PlanFolder>): Pausable<Columns> {
	const count = items.length;
	const folders: PlanFolder[] = [];
	const places = new Map<PlanFolder, number>();
	// A folder is in the map behind the one above it: it was asked for first.
	for (const folder of known.values()) {
		if (folders.length % 500 === 0) yield;
		places.set(folder, folders.length);
		folders.push(folder);
	}
	const columns = {
		paths: [] as Path[],
		rules: [] as (string | undefined)[],
		text: new Uint8Array(yield* lengthOf(items)),
		ends: new Int32Array(count),
		letters: new Int32Array(count),
		names: new Int32Array(count),
		facts: new Uint8Array(count),
		kinds: new Uint8Array(count),
		sizes: new Float64Array(count),
		packages: new Int32Array(count).fill(-1),
		packageNames: new Map<string, number>(),
		above: new Int32Array(count),
		within: new Int32Array(count),
		folders,
		foldersAbove: Int32Array.from(folders, ({ above }) => (above ? (places.get(above) ?? -1) : -1)),
		ways: [] as [number, number][],
	};
	for (const [at, node] of items.entries()) {
		if (at % 250 === 0) yield;
		const path = node.path as Path;
		const rule = pathToText(path);
		columns.paths.push(path);
		columns.rules.push(rule === undefined ? undefined : escapeGlob(rule));
		const start = at ? (columns.ends[at - 1] as number) : 0;
		let letters = 0;
		for (let index = 0; index < path.length; index++) {
			const byte = lowerCase(path.charCodeAt(index));
			columns.text[start + index] = byte;
			letters |= letterBit(byte);
		}
		columns.letters[at] = letters;
		columns.names[at] = start + path.lastIndexOf("/") + 1;
		columns.ends[at] = start + path.length;
		columns.facts[at] = factsOf(node);
		columns.kinds[at] = node.item?.kind === "entry" ? kindNumbers[node.item.entry.kind] : 0;
		columns.sizes[at] = node.sums.bytes;
		const owner = node.item?.kind === "entry" ? node.item.entry.package?.name : undefined;
		if (owner !== undefined) columns.packages[at] = placeOfName(columns.packageNames, owner);
		columns.above[at] = node.row;
		columns.within[at] = node.folder ? (places.get(node.folder) ?? -1) : -1;
		const way = known.get(placeOfLink(node) ?? "");
		if (way) columns.ways.push([at, places.get(way) as number]);
	}
	return columns;
}

function placeOfName(names: Map<string, number>, name: string): number {
	const known = names.get(name) ?? names.size;
	names.set(name, known);
	return known;
}

/** As `matchPaths`, by the places of items. Of those that follow each other most lie in one folder. */
export function matchPlaces({ paths, within }: Columns, rules: readonly string[]): (at: number) => string | undefined {
	const inFolder = matchInFolders(rules);
	let folder: number | undefined;
	let matches: ReturnType<typeof inFolder> | undefined;
	return (at) => {
		const path = paths[at] as Path;
		if (!matches || within[at] !== folder) {
			folder = within[at];
			matches = inFolder(parent(path));
		}
		return matches(path);
	};
}

function* lengthOf(items: readonly FileNode[]): Pausable<number> {
	let length = 0;
	for (const [at, { path = "" }] of items.entries()) {
		if (at % 1000 === 0) yield;
		length += path.length;
	}
	return length;
}

function factsOf({ item, plain, sums }: FileNode): number {
	if (!item) return 0;
	const { reasons } = item.kind === "entry" ? item.entry : item.directory;
	const risks = item.kind === "entry" ? item.entry.risks : [];
	return (
		(sums.in ? facts.included : 0) |
		(item.kind === "entry" ? facts.entry : 0) |
		(plain ? facts.plain : 0) |
		(item.kind === "entry" && isUnanswered(item.entry) ? facts.unanswered : 0) |
		(risks.length ? facts.risky : 0) |
		(reasons.some(({ kind }) => kind === "rule") ? facts.byRule : 0)
	);
}
