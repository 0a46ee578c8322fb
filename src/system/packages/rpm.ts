import type { PackageRef } from "../../core/plan/plan.ts";

/**
 * Asks for every file of every package. `rpm -qf` with paths cannot be read back for certain: a file that two packages share gives two lines, and nothing says to
 * which path a line belongs. EVR holds the epoch where there is one; `=` repeats a value for each file.
 */
export const rpmArguments: readonly string[] = ["-qa", "--queryformat", "[%{=NAME}\\t%{=EVR}\\t%{FILENAMES}\\n]"];

/** Of every package its name and the source package that it was built from. */
export const rpmSourcesArguments: readonly string[] = ["-qa", "--queryformat", "%{NAME}\\t%{SOURCERPM}\\n"];

/** One line of the answer; undefined for what is none. */
export function parseRpmLine(line: string): { ref: PackageRef; file: string } | undefined {
	const [name, version, ...rest] = line.split("\t");
	const file = rest.join("\t");
	return name && version && file.startsWith("/") ? { ref: { name, version }, file } : undefined;
}
