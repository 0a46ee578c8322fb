import type { Edit } from "../../core/cage/edits.ts";
import { join, type Path, parent, pathFromText } from "../../core/path/path.ts";
import { makeSafeFolder } from "../state/folder.ts";
import { exists } from "./merge.ts";
import { copyRegularFile } from "./safe-copy.ts";

/** Where edited configuration of a generation is kept that gave way to the host's. */
export function editsFolder(cage: Path, generation: number): Path {
	return join(join(cage, "edited"), pathFromText(String(generation)));
}

/** Copies an edited file out of its generation before that is cleared away; a copy that is there already is the same. Tells where it lies. */
export async function setAside(cage: Path, generation: number, root: Path, edit: Edit): Promise<Path | undefined> {
	if (edit.kind !== "file") return undefined;
	const to = join(editsFolder(cage, generation), edit.path.slice(1) as Path);
	await makeSafeFolder(parent(to));
	if (!(await exists(to))) {
		const from = join(root, edit.path.slice(1) as Path);
		await copyRegularFile({ from, to, name: edit.path, mode: 0o600 });
	}
	return to;
}
