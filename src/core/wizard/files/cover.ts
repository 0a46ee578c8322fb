import { isWithin, join, normalise, type Path, parent, pathToText } from "../../path/path.ts";
import { escapeGlob } from "../../template/from-cage.ts";
import type { FilesModel } from "./model.ts";
import type { FileNode } from "./nodes.ts";

const remembered = new WeakMap<FilesModel, ReadonlyMap<string, number>>();

/** How many items of the plan lie below each folder, whatever group they are in. */
function countsOf(model: FilesModel): ReadonlyMap<string, number> {
	const counts = remembered.get(model) ?? countFolders(model.items);
	remembered.set(model, counts);
	return counts;
}

function countFolders(items: readonly FileNode[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { path = "" } of items) {
		for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
			const folder = path.slice(0, at);
			counts.set(folder, (counts.get(folder) ?? 0) + 1);
		}
	}
	return counts;
}

/** Items that lie where a link leads, by its place: a rule for the link means them too. */
export function behindLink(model: FilesModel, node: FileNode): readonly FileNode[] {
	const place = placeOfLink(node);
	if (place === undefined || !countsOf(model).has(place)) return [];
	return model.items.filter(({ path }) => path !== undefined && isWithin(path, place));
}

/** Without the links that also lead to something that was not chosen (`/lib` to all of /usr/lib): a rule for one would take that along. */
export function withoutWays(model: FilesModel, nodes: readonly FileNode[]): readonly FileNode[] {
	const all = countsOf(model);
	const ours = countFolders(nodes);
	return nodes.filter((node) => {
		const place = placeOfLink(node);
		return place === undefined || all.get(place) === ours.get(place);
	});
}

function placeOfLink({ item }: FileNode): Path | undefined {
	if (item?.kind !== "entry" || item.entry.target === undefined) return undefined;
	const { target } = item.entry;
	return normalise(target.startsWith("/") ? target : join(parent(item.path), target));
}

/** From so deep on a folder that was not chosen itself stands for what is in it: a rule for all of /usr would also mean what comes later. */
const deepest = 3;

/**
 * The fewest rules that name exactly these items and no other of the plan: a folder where all that the plan has of it is meant, else the item.
 * Items whose names are no text are passed over. `top` is the folder that the person chose.
 */
export function coverOf(model: FilesModel, items: readonly FileNode[], top?: Path): string[] {
	const all = countsOf(model);
	const ours = countFolders(items);
	const rules = new Set<string>();
	for (const { path } of items) {
		if (path === undefined) continue;
		const text = pathToText(wholeFolder(path) ?? path);
		if (text !== undefined) rules.add(escapeGlob(text));
	}
	return [...rules];

	/** The highest folder that is meant with everything in it. */
	function wholeFolder(path: Path): Path | undefined {
		let found: Path | undefined;
		for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
			const folder = path.slice(0, at) as Path;
			const count = ours.get(folder);
			if (count !== all.get(folder)) break;
			if (folder === top || (count !== 1 && (top ? isWithin(folder, top) : depthOf(folder) >= deepest))) found = folder;
		}
		return found;
	}
}

function depthOf(folder: string): number {
	let depth = 0;
	for (const character of folder) if (character === "/") depth++;
	return depth;
}
