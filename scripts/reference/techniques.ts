import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Returns the escape techniques as a module, from the program that tries them. */
export function techniqueModule(root: string): string {
	const list = execFileSync(join(root, "dist", "native", process.arch, "escape"), ["list"], { encoding: "utf8" });
	const rows = list.split("\n").filter(Boolean);
	return [
		"/**",
		" * The techniques of native/escape.c: id, group, layers of which each should stop it, `module` if the kernel loads one for it, and what it",
		" * tries. `npm run reference` renews this file.",
		" */",
		"export const techniqueList = [",
		...rows.map(
			(row) =>
				`\t[${row
					.split("\t")
					.map((cell) => JSON.stringify(cell))
					.join(", ")}],`,
		),
		"] as const;",
		"",
	].join("\n");
}
