import type { FileStatus, Files } from "../machine/facts.ts";
import { join, type Path } from "../path/path.ts";

/** Yields everything below a directory without following links. Skipped paths are left out with all that is below them. */
export function* walkBelow(
	top: Path,
	files: Pick<Files, "list" | "status">,
	isSkipped: (path: Path) => boolean = () => false,
): Generator<{ readonly path: Path; readonly status: FileStatus }> {
	const pending: Path[] = [top];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		for (const name of files.list(directory)) {
			const path = join(directory, name);
			const status = isSkipped(path) ? undefined : files.status(path);
			if (!status) continue;
			if (status.kind === "directory") pending.push(path);
			yield { path, status };
		}
	}
}

/** Counts the files below a directory and adds up their sizes in bytes, up to `most` files. */
export function countFiles(
	top: Path,
	files: Pick<Files, "list" | "status">,
	most: number,
	isSkipped?: (path: Path) => boolean,
): { files: number; bytes: number } {
	const sum = { files: 0, bytes: 0 };
	for (const { status } of walkBelow(top, files, isSkipped)) {
		if (status.kind !== "file") continue;
		sum.files++;
		sum.bytes += status.size;
		if (sum.files >= most) break;
	}
	return sum;
}
