import { join, type Path, pathFromText } from "../../path/path.ts";

/** Where units of ours go, and how they are known again. */

export const administratorsUnits = pathFromText("/etc/systemd/system");

export const dropinName = "50-cagewright.conf";

/** `cage-NAME.service`: a name that no package brings. */
export function unitName(cage: string): string {
	return `cage-${cage}.service`;
}

export function unitPlace(cage: string): Path {
	return join(administratorsUnits, unitName(cage));
}

export function dropinPlace(service: string): Path {
	return join(join(administratorsUnits, `${service}.d`), dropinName);
}

/** What is at a place of ours. */
export type Installed =
	| { readonly kind: "none" }
	/** Somebody else's: not made by us, or no plain file. */
	| { readonly kind: "foreign" }
	/** Made for the cage with this folder; `changed` where somebody edited it since. */
	| { readonly kind: "ours"; readonly cage: string; readonly text: string; readonly changed: boolean };

type Hash = (text: string) => string;

const first = /^# Written by cagewright for (\/.*) \(sha256 ([0-9a-f]{64})\)\. Once it is changed, it is yours\.\n/;

/** A first line that tells whose it is, and by a hash of the rest whether it was changed. */
export function stamped(text: string, cage: string, hash: Hash): string {
	return `# Written by cagewright for ${cage} (sha256 ${hash(text)}). Once it is changed, it is yours.\n${text}`;
}

export function judgeInstalled(content: string, hash: Hash): Installed {
	const [line, cage, sum] = first.exec(content) ?? [];
	if (line === undefined || cage === undefined) return { kind: "foreign" };
	const text = content.slice(line.length);
	return { kind: "ours", cage, text, changed: hash(text) !== sum };
}
