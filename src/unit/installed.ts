import { baseName, join, type Path, parent, pathFromText, pathToText } from "../base/path/path.ts";

export const administratorsUnits = pathFromText("/etc/systemd/system");

/**
 * Drop-ins apply in the order of their names, whatever their folder (systemd.unit(5)): this one after those of packages and
 * after `override.conf` of `systemctl edit`.
 */
export const dropinName = "zz-cagewright.conf";

/** The name in earlier releases. */
const earlierDropinName = "50-cagewright.conf";

export const dropinNames: readonly string[] = [dropinName, earlierDropinName];

/** Packages bring no unit with such a name. */
export function unitName(cage: string): string {
	return `cage-${cage}.service`;
}

export function unitPlace(cage: string): Path {
	return join(administratorsUnits, unitName(cage));
}

export function dropinPlace(service: string): Path {
	return join(join(administratorsUnits, `${service}.d`), pathFromText(dropinName));
}

/** Returns where an earlier release put the drop-in for `place`; undefined if that is no drop-in. */
export function earlierPlace(place: Path): Path | undefined {
	const isDropin = place === join(parent(place), pathFromText(dropinName));
	return isDropin ? join(parent(place), pathFromText(earlierDropinName)) : undefined;
}

/** The file at one of our paths. */
export type InstalledFile =
	| { readonly kind: "none" }
	/** Not written by us, or no regular file. */
	| { readonly kind: "foreign" }
	/** Written for the cage with this folder; `changed` if it was edited since. */
	| { readonly kind: "ours"; readonly cage: string; readonly text: string; readonly changed: boolean };

type Hash = (text: string) => string;

/** The first line, or the second one if the first must be a script's `#!` or zsh's `#compdef`. A man page has its own kind of comment. */
const mark =
	/^((?:#!|#compdef).*\n)?(?:#|\.\\") Written by cagewright for (\/.*) \(sha256 ([0-9a-f]{64})\)\. Once it is changed, it is yours\.\n/;

/** Adds a line at the top with the cage's folder and a hash of the rest, which shows later edits. */
export function stamped(text: string, cage: string, hash: Hash): string {
	const interpreter = /^(?:#!|#compdef).*\n/.exec(text)?.[0] ?? "";
	const comment = text.startsWith('.\\"') ? '.\\"' : "#";
	const line = `${comment} Written by cagewright for ${cage} (sha256 ${hash(text)}). Once it is changed, it is yours.\n`;
	return interpreter + line + text.slice(interpreter.length);
}

export function judgeInstalled(content: string, hash: Hash): InstalledFile {
	const [line, interpreter = "", cage, sum] = mark.exec(content) ?? [];
	if (line === undefined || cage === undefined) return { kind: "foreign" };
	const text = interpreter + content.slice(line.length);
	return { kind: "ours", cage, text, changed: hash(text) !== sum };
}

/** A unit that was installed for a cage. */
export interface UnitOfCage {
	readonly place: Path;
	/** The host service that a drop-in is for. Absent for the cage's own unit. */
	readonly service?: string;
}

/** What the file at a place of an installed unit is. */
export function unitAt(place: Path): UnitOfCage {
	const folder = baseName(parent(place));
	const isDropin =
		dropinNames.some((known) => baseName(place) === pathFromText(known)) && parent(parent(place)) === administratorsUnits;
	return isDropin && folder.endsWith(".d") ? { place, service: pathToText(folder.slice(0, -2) as Path) ?? "" } : { place };
}
