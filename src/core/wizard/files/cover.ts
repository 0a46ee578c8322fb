import { isWithin, type Path, pathToText } from "../../path/path.ts";
import { escapeGlob } from "../../path/quote.ts";
import type { FilesModel } from "./model.ts";
import { type FileNode, type PlanFolder, placeOfLink } from "./nodes.ts";

/** How many of the items lie below each folder. */
function countFolders(items: readonly FileNode[]): Map<PlanFolder, number> {
	const counts = new Map<PlanFolder, number>();
	// Neighbours lie in the same folder: so many together are counted up once.
	let last: PlanFolder | undefined;
	let run = 0;
	const count = () => {
		for (let folder = last; folder; folder = folder.above) counts.set(folder, (counts.get(folder) ?? 0) + run);
	};
	for (const { folder } of items) {
		if (folder !== last) {
			count();
			last = folder;
			run = 0;
		}
		run++;
	}
	count();
	return counts;
}

/** Items that lie where a link leads, by its place: a rule for the link means them too. */
export function behindLink(model: FilesModel, node: FileNode): readonly FileNode[] {
	const place = placeOfLink(node);
	if (place === undefined) return [];
	return model.items.filter(({ path }) => path !== undefined && isWithin(path, place));
}

/** Without the links that also lead to something that was not chosen (`/lib` to all of /usr/lib): a rule for one would take that along. */
export function withoutWays({ ways }: FilesModel, nodes: readonly FileNode[]): readonly FileNode[] {
	if (!ways.size || !nodes.some((node) => ways.has(node))) return nodes;
	const ours = countFolders(nodes);
	return nodes.filter((node) => {
		const folder = ways.get(node);
		return folder === undefined || ours.get(folder) === folder.items;
	});
}

/** From so deep on a folder that was not chosen itself stands for what is in it: a rule for all of /usr would also mean what comes later. */
const deepest = 3;

/**
 * The fewest rules that name exactly these items and no other of the plan: a folder where all that the plan has of it is meant, else the item.
 * Items whose names are no text are passed over. `top` is the folder that the person chose.
 */
export function coverOf(items: readonly FileNode[], top?: Path): string[] {
	const ours = countFolders(items);
	const rules = new Set<string>();
	let last: PlanFolder | undefined;
	let whole: Path | undefined;
	for (const { folder, path } of items) {
		if (folder !== last) whole = wholeFolder(folder, ours, top);
		// What lies in a folder that is named already has no name of its own.
		else if (whole !== undefined) continue;
		last = folder;
		const text = pathToText(whole ?? (path as Path));
		if (text !== undefined) rules.add(escapeGlob(text));
	}
	return [...rules];
}

/** The highest folder that is meant with everything in it. */
function wholeFolder(
	folder: PlanFolder | undefined,
	ours: ReadonlyMap<PlanFolder, number>,
	top: Path | undefined,
): Path | undefined {
	let found: Path | undefined;
	for (let at = folder; at && ours.get(at) === at.items; at = at.above) {
		const stands = at.items > 1 && (top ? isWithin(at.path, top) : depthOf(at.path) >= deepest);
		if (at.path === top || stands) found = at.path;
	}
	return found;
}

function depthOf(folder: string): number {
	let depth = 0;
	for (const character of folder) if (character === "/") depth++;
	return depth;
}
