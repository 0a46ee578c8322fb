import type { PackageRef } from "../../core/plan/plan.ts";

/** /var/lib/pacman/local/NAME-VERSION/desc: `%NAME%` and `%VERSION%`, each followed by its value on the next line. */
export function parsePacmanDesc(text: string): PackageRef | undefined {
	const name = section(text, "NAME")[0];
	const version = section(text, "VERSION")[0];
	return name === undefined || version === undefined ? undefined : { name, version };
}

/** The package that it was built with (`%BASE%`); undefined in what old versions wrote. */
export function parsePacmanBase(text: string): string | undefined {
	return section(text, "BASE")[0];
}

/** The `files` file beside it: paths relative to the root below `%FILES%`, directories with a slash at the end. Given absolute and without it. */
export function parsePacmanFiles(text: string): string[] {
	return section(text, "FILES").map((line) => `/${line.replace(/\/$/, "")}`);
}

/** The lines below a heading up to the empty line. */
function section(text: string, heading: string): string[] {
	const lines = text.split("\n");
	const start = lines.indexOf(`%${heading}%`) + 1;
	if (start === 0) return [];
	const end = lines.indexOf("", start);
	return lines.slice(start, end < 0 ? undefined : end);
}
