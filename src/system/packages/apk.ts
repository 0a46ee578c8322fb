import type { PackageRef } from "../../core/plan/plan.ts";

export interface PackageFiles {
	readonly ref: PackageRef;
	/** Absolute. */
	readonly files: readonly string[];
	/** The package that it was built with, where that has another name. */
	readonly origin?: string;
}

/**
 * Alpine's /lib/apk/db/installed: one letter, a colon and a value a line, an empty line after each package. P names it, V is its version, F opens a
 * directory (relative to the root), R is a file in it, o the package whose build made it.
 */
export function parseApkInstalled(text: string): PackageFiles[] {
	const packages: PackageFiles[] = [];
	for (const stanza of text.split(/\n{2,}/)) {
		let name = "";
		let version = "";
		let origin = "";
		let directory = "";
		const files: string[] = [];
		for (const line of stanza.split("\n")) {
			const value = line.slice(2);
			if (line.startsWith("P:")) name = value;
			else if (line.startsWith("V:")) version = value;
			else if (line.startsWith("o:")) origin = value;
			else if (line.startsWith("F:")) {
				directory = value === "" ? "" : `/${value}`;
				if (directory !== "") files.push(directory);
			} else if (line.startsWith("R:")) files.push(`${directory}/${value}`);
		}
		if (name !== "") packages.push({ ref: { name, version }, files, ...(origin === "" || origin === name ? {} : { origin }) });
	}
	return packages;
}
