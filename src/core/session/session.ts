import type { Files } from "../machine/facts.ts";
import { type Path, type PathJson, pathFromJson, pathToJson } from "../path/path.ts";
import type { Plan } from "../plan/plan.ts";

/** Version 1 also kept plans, undo history and traces in another form; those are computed again. */
export const sessionVersion = 2;

/** A plan's files and links, stored to detect later changes. */
export interface PlannedFiles {
	/** Number of all entries in the plan. */
	readonly entries: number;
	readonly files: readonly PlannedFile[];
}

/** A link has `target`, a file `size` and `mtime`. */
type PlannedFile = { readonly path: PathJson } & (
	| { readonly target: PathJson }
	| { readonly target?: undefined; readonly size: number; readonly mtime: number }
);

export function plannedFiles({ entries }: Plan): PlannedFiles {
	const files = entries.flatMap(({ decision, kind, mtime, path, size, target }): PlannedFile[] => {
		if (decision !== "include") return [];
		if (kind === "symlink" && target !== undefined) return [{ path: pathToJson(path), target: pathToJson(target) }];
		return kind === "file" ? [{ path: pathToJson(path), size, mtime }] : [];
	});
	return { entries: entries.length, files };
}

/** Returns the planned files and links that have changed. */
export function changedSince(planned: PlannedFiles, files: Pick<Files, "status" | "readLink">): Path[] {
	return planned.files.flatMap((file) => {
		const path = pathFromJson(file.path);
		if (file.target !== undefined) return files.readLink(path) === pathFromJson(file.target) ? [] : [path];
		const now = files.status(path);
		return now?.kind === "file" && now.size === file.size && now.mtime === file.mtime ? [] : [path];
	});
}
