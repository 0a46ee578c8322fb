import type { Files } from "../machine/facts.ts";
import type { Path } from "../path/path.ts";
import type { Plan } from "../plan/plan.ts";

/** Files and links that were to go into the cage and are not any more what they were when they were planned. */
export function changedSince(plan: Plan, files: Pick<Files, "status" | "readLink">): Path[] {
	return plan.entries.flatMap(({ decision, kind, mtime, path, size, target }) => {
		if (decision !== "include") return [];
		if (kind === "symlink") return files.readLink(path) === target ? [] : [path];
		if (kind !== "file") return [];
		const now = files.status(path);
		return now?.kind === "file" && now.size === size && now.mtime === mtime ? [] : [path];
	});
}
