import { join, type Path, parent, root } from "../path/path.ts";
import { directoriesTo, type Files } from "./facts.ts";

const mostLinks = 40;

/**
 * Whether every account may read the file or list the directory, via every directory and link that leads to it. A path that does not
 * exist is judged by its nearest directory. A file with an access control list counts as private, because a list may refuse some.
 */
export function isPublic(path: Path, files: Pick<Files, "status" | "readLink" | "hasAccessList">, links = mostLinks): boolean {
	for (const part of directoriesTo(path)) {
		const status = files.status(part);
		if (status === undefined) return part !== root && isListable(parent(part), files);
		if (status.kind === "symlink") {
			const target = files.readLink(part);
			if (target === undefined || links === 0) return false;
			const rest = path.slice(part.length);
			const start = target.startsWith("/") ? target : join(parent(part), target);
			return isPublic(`${start}${rest}` as Path, files, links - 1);
		}
		if (part !== path && !(status.mode & 0o001)) return false;
	}
	const status = files.status(path);
	const needed = status?.kind === "directory" ? 0o005 : 0o004;
	return ((status?.mode ?? 0) & needed) === needed && !files.hasAccessList?.(directoriesTo(path));
}

function isListable(directory: Path, files: Pick<Files, "status">): boolean {
	return ((files.status(directory)?.mode ?? 0) & 0o005) === 0o005;
}
