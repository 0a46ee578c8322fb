import type { Files } from "../machine/facts.ts";
import { type Path, type PathJson, pathFromJson, pathToJson } from "../path/path.ts";
import type { Plan } from "../plan/plan.ts";

/** The form of what is stored. Version 1 kept plans and undo history too, and its traces in another form: those are made again. */
export const sessionVersion = 2;

/** The files and links of a plan, to find out later whether they changed. */
export interface PlannedFiles {
	/** Of the whole plan. */
	readonly entries: number;
	readonly files: readonly PlannedFile[];
}

/** `target` of a link; `size` and `mtime` of a file. */
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

/** The planned files and links that are no longer what they were. */
export function changedSince(planned: PlannedFiles, files: Pick<Files, "status" | "readLink">): Path[] {
	return planned.files.flatMap((file) => {
		const path = pathFromJson(file.path);
		if (file.target !== undefined) return files.readLink(path) === pathFromJson(file.target) ? [] : [path];
		const now = files.status(path);
		return now?.kind === "file" && now.size === file.size && now.mtime === file.mtime ? [] : [path];
	});
}
