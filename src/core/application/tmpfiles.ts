import { withoutTrailing } from "../trailing.ts";
import { madeDirectoryText } from "./made-directory.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName } from "./unit-specifiers.ts";
import { splitWords } from "./unit-text.ts";

/** A directory that systemd-tmpfiles makes at boot (tmpfiles.d(5), types d, D, v, q and Q). */
export interface TmpfilesDirectory {
	readonly path: string;
	/** Permission bits; 0755 where the line says `-` or nothing. */
	readonly mode: number;
	/** `user:group`; root's where the line says `-` or nothing. */
	readonly owner: string;
	/** The file that names it, without `.conf`. */
	readonly file: string;
}

/** The directories of one file of tmpfiles.d. Lines that are no directory, and those of other types, are passed over. */
export function parseTmpfiles(file: string, text: string, machine: MachineSpecifiers = {}): TmpfilesDirectory[] {
	return text.split("\n").flatMap((line) => {
		if (!/^\s*["']?[dDvqQ]/.test(line)) return [];
		const [type = "", path = "", mode = "", user = "-", group = "-"] = splitWords(line) ?? [];
		// Modifiers (+ ! - = ~ ^ $) follow the letter.
		if (!/^[dDvqQ][+!=~^$-]*$/.test(type)) return [];
		const expanded = expandSpecifiers(path, parseUnitName(""), machine).text;
		if (!expanded.startsWith("/") || expanded.split("/").includes("..")) return [];
		const told = /^[~:]*([0-7]{3,5})$/.exec(mode)?.[1];
		const bits = told === undefined ? 0o755 : Number.parseInt(told, 8) & 0o1777;
		// A user or group behind a colon is only for what is made anew, which it is here.
		const owner = [user, group].map((name) => name.replace(/^:/, "").replace(/^-$/, "root")).join(":");
		const place = withoutTrailing(expanded, "/").replace(/^\/var\/run\//, "/run/");
		return [{ path: place, mode: bits, owner, file: file.replace(/\.conf$/, "") }];
	});
}

/**
 * Those that belong to a service: named by a file with its name, or lying in a directory with its name. `names` are the service's, its
 * aliases' and its program's. As `PATH:MODE:USER:GROUP`. Everybody's directories (/tmp, /var/log itself) are nobody's.
 */
export function directoriesOf(all: readonly TmpfilesDirectory[], names: ReadonlySet<string>): string[] {
	return all.flatMap(({ file, mode, owner, path }) => {
		const own = /^(?:\/run|\/var\/(?:lib|cache|log|spool))\/([^/]+)/.exec(path)?.[1];
		const stem = file.replace(/[.-]tmpfiles?$/, "");
		return own !== undefined && (names.has(stem) || names.has(own)) ? [madeDirectoryText({ path, mode, owner })] : [];
	});
}
