import type { ManifestEntry } from "../cage/manifest.ts";
import { type Path, parent } from "../path/path.ts";
import { type GroupName, groupOf } from "../plan/groups.ts";
import { type LinkFiles, placeOf } from "../plan/links.ts";
import type { Unit } from "./parts.ts";
import type { PinKind } from "./pins.ts";

/** A file of a cage with all links that lead to it, or links that lead nowhere. */
export interface FileUnit extends Unit {
	readonly path: Path;
	readonly links: readonly Path[];
	/** 0 for a link that leads nowhere, else 1. */
	readonly files: number;
	readonly bytes: number;
	readonly group: GroupName;
	readonly package?: string;
	readonly pin?: PinKind;
}

/**
 * What of a cage can be kept or left out by itself. Directories, and links that lead to them, to devices or out of the copied files, stay where they
 * are. `needs` tells by real places what the kernel and the loader want before a file can be used.
 */
export function unitsOf(
	entries: readonly ManifestEntry[],
	needs: ReadonlyMap<Path, ReadonlySet<Path>>,
	pinOf: (entry: ManifestEntry) => PinKind | undefined,
): FileUnit[] {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const files: LinkFiles = { status: (path) => byPath.get(path), readLink: (path) => byPath.get(path)?.target };
	const links = new Map<Path, Path[]>();
	const loose: ManifestEntry[] = [];
	for (const entry of entries) {
		if (entry.kind !== "symlink") continue;
		const end = placeOf(entry.path, files);
		if (isFile(byPath.get(end))) links.set(end, [...(links.get(end) ?? []), entry.path]);
		else if (!byPath.has(end) && pinOf(entry) === undefined) loose.push(entry);
	}
	const alone = entries.filter((entry) => isFile(entry));
	const heads = [...alone, ...loose];
	const numbers = new Map(heads.map(({ path }, number) => [path, number]));
	return heads.map((entry, number) => {
		const group = groupOf({ ...entry, decision: "include" });
		const own = links.get(entry.path) ?? [];
		const pin = pinOf(entry) ?? own.flatMap((path) => pinOf(byPath.get(path) ?? entry) ?? [])[0];
		return {
			path: entry.path,
			links: own,
			files: Number(isFile(entry)),
			bytes: isFile(entry) ? entry.size : 0,
			group,
			...(entry.package ? { package: entry.package.name } : {}),
			...(pin ? { pin } : {}),
			place: [group, entry.package?.name ?? "", parent(entry.path)],
			needs: [...(needs.get(entry.path) ?? [])].flatMap((path) => numbers.get(path) ?? []).filter((one) => one !== number),
		};
	});
}

/** With the pins of what is pinned: a library of the program is as firm as the program. */
export function withNeeded(units: readonly FileUnit[]): FileUnit[] {
	const pinned = new Map<number, PinKind>();
	const hold = (number: number, pin: PinKind) => {
		if (pinned.has(number)) return;
		pinned.set(number, units[number]?.pin ?? pin);
		for (const need of units[number]?.needs ?? []) hold(need, "needed");
	};
	for (const [number, { pin }] of units.entries()) if (pin) hold(number, pin);
	return units.map((unit, number) => {
		const pin = pinned.get(number);
		return pin ? { ...unit, pin } : unit;
	});
}

function isFile(entry: ManifestEntry | undefined): boolean {
	return entry?.kind === "file" || entry?.kind === "generated";
}
