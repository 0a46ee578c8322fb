import { isWithin, type Path, pathToText } from "../../../core/path/path.ts";
import { escapeGlob } from "../../../core/path/quote.ts";
import type { Columns } from "./columns.ts";
import type { FilesModel } from "./model.ts";
import { type FileNode, placeOfLink } from "./nodes.ts";

/** Items by their places. */
export type Places = readonly number[];

/** How many of the items lie at any depth below each folder. */
function countFolders({ folders, foldersAbove, within }: Columns, places: Places): Int32Array {
	const counts = new Int32Array(folders.length);
	for (const at of places) {
		const folder = within[at] as number;
		if (folder >= 0) counts[folder] = (counts[folder] as number) + 1;
	}
	for (let folder = folders.length - 1; folder >= 0; folder--) {
		const above = foldersAbove[folder] as number;
		if (above >= 0) counts[above] = (counts[above] as number) + (counts[folder] as number);
	}
	return counts;
}

/** Items that lie where a link leads, by its place: a rule for the link means them too. */
export function behindLink({ columns }: FilesModel, node: FileNode): Places {
	const place = placeOfLink(node);
	return place === undefined ? [] : placesWithin(columns, place);
}

/** Of what lies at or below a path. */
export function placesWithin({ paths }: Columns, path: Path): number[] {
	const found: number[] = [];
	for (let at = 0; at < paths.length; at++) if (isWithin(paths[at] as Path, path)) found.push(at);
	return found;
}

/** Without the links that also lead to something that was not chosen (`/lib` to all of /usr/lib): a rule for one would take that along. */
export function withoutWays(columns: Columns, places: Places): Places {
	if (!columns.ways.length) return places;
	const chosen = new Uint8Array(columns.paths.length);
	for (const at of places) chosen[at] = 1;
	const ways = columns.ways.filter(([at]) => chosen[at]);
	if (!ways.length) return places;
	const ours = countFolders(columns, places);
	const leadOut = new Set(ways.flatMap(([at, folder]) => (ours[folder] === columns.folders[folder]?.items ? [] : [at])));
	return leadOut.size ? places.filter((at) => !leadOut.has(at)) : places;
}

/** From so deep on a folder that was not chosen itself stands for what is in it: a rule for all of /usr would also mean what comes later. */
const deepest = 3;

/**
 * The fewest rules that name exactly these items and no other of the plan: a folder where all that the plan has of it is meant, else the item.
 * Items whose names are no text are passed over. `top` is the folder that the person chose.
 */
export function coverOf(columns: Columns, places: Places, top?: Path): string[] {
	const { rules, within } = columns;
	const ours = countFolders(columns, places);
	const cover: string[] = [];
	const named = new Set<string>();
	let last: number | undefined;
	let whole: string | undefined;
	for (const at of places) {
		const folder = within[at] as number;
		if (folder !== last) {
			last = folder;
			whole = wholeFolder(columns, folder, ours, top);
			if (whole !== undefined && !named.has(whole)) {
				named.add(whole);
				cover.push(whole);
			}
		}
		// What lies in a folder that is named already has no name of its own.
		const rule = whole === undefined ? rules[at] : undefined;
		if (rule !== undefined) cover.push(rule);
	}
	// A directory may be an item too, and have been named as a folder.
	return named.size ? [...new Set(cover)] : cover;
}

/** The highest folder that is meant with everything in it, as a rule. */
function wholeFolder({ folders, foldersAbove }: Columns, folder: number, ours: Int32Array, top: Path | undefined) {
	let found: Path | undefined;
	for (let at = folder; at >= 0; at = foldersAbove[at] as number) {
		const { items, path } = folders[at] as (typeof folders)[number];
		if (ours[at] !== items) break;
		const stands = items > 1 && (top ? isWithin(path, top) : depthOf(path) >= deepest);
		if (path === top || stands) found = path;
	}
	const text = found === undefined ? undefined : pathToText(found);
	return text === undefined ? undefined : escapeGlob(text);
}

function depthOf(folder: string): number {
	let depth = 0;
	for (const character of folder) if (character === "/") depth++;
	return depth;
}
