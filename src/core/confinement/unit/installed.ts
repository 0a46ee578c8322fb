import { join, type Path, parent, pathFromText } from "../../path/path.ts";

/** Where units of ours go, and how they are known again. */

export const administratorsUnits = pathFromText("/etc/systemd/system");

/**
 * Drop-ins apply in the order of their names, whatever folder they are in (systemd.unit(5)): this one after those of packages and
 * `override.conf` of `systemctl edit`.
 */
export const dropinName = "zz-cagewright.conf";

/** What earlier releases called it. */
const earlierDropinName = "50-cagewright.conf";

export const dropinNames: readonly string[] = [dropinName, earlierDropinName];

/** `cage-NAME.service`: a name that no package brings. */
export function unitName(cage: string): string {
	return `cage-${cage}.service`;
}

export function unitPlace(cage: string): Path {
	return join(administratorsUnits, unitName(cage));
}

export function dropinPlace(service: string): Path {
	return join(join(administratorsUnits, `${service}.d`), pathFromText(dropinName));
}

/** Where an earlier release put the drop-in that belongs at `place`; undefined where that is no drop-in. */
export function earlierPlace(place: Path): Path | undefined {
	const isDropin = place === join(parent(place), pathFromText(dropinName));
	return isDropin ? join(parent(place), pathFromText(earlierDropinName)) : undefined;
}

/** What is at a place of ours. */
export type Installed =
	| { readonly kind: "none" }
	/** Somebody else's: not made by us, or no plain file. */
	| { readonly kind: "foreign" }
	/** Made for the cage with this folder; `changed` where somebody edited it since. */
	| { readonly kind: "ours"; readonly cage: string; readonly text: string; readonly changed: boolean };

type Hash = (text: string) => string;

/** The first line, or the second one if the first must be a script's `#!` or zsh's `#compdef`. A man page has its own kind of comment. */
const mark =
	/^((?:#!|#compdef).*\n)?(?:#|\.\\") Written by cagewright for (\/.*) \(sha256 ([0-9a-f]{64})\)\. Once it is changed, it is yours\.\n/;

/** A line at the top that tells whose it is, and by a hash of the rest whether it was changed. */
export function stamped(text: string, cage: string, hash: Hash): string {
	const interpreter = /^(?:#!|#compdef).*\n/.exec(text)?.[0] ?? "";
	const comment = text.startsWith('.\\"') ? '.\\"' : "#";
	const line = `${comment} Written by cagewright for ${cage} (sha256 ${hash(text)}). Once it is changed, it is yours.\n`;
	return interpreter + line + text.slice(interpreter.length);
}

export function judgeInstalled(content: string, hash: Hash): Installed {
	const [line, interpreter = "", cage, sum] = mark.exec(content) ?? [];
	if (line === undefined || cage === undefined) return { kind: "foreign" };
	const text = interpreter + content.slice(line.length);
	return { kind: "ours", cage, text, changed: hash(text) !== sum };
}
