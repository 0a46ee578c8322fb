import { ancestors, type Path, root } from "../path/path.ts";
import type { FileStatus } from "./facts.ts";

/** A directory on a path, as lstat(2) reports it. */
export interface PathComponent extends Pick<FileStatus, "kind" | "mode" | "uid"> {
	readonly path: Path;
}

interface UntrustedComponent {
	readonly part: PathComponent;
	readonly fault: "not-directory" | "foreign-owner" | "writable";
}

/** Returns every directory on a path, including `/` and the path itself. */
export function directoriesTo(place: Path): Path[] {
	return [...new Set([root, ...ancestors(place), place])];
}

/**
 * Returns the components that let an account other than root and `owner` replace a later one, for example by a link. The last
 * component's own owner does not matter, because renaming it needs write access to its directory. In a sticky directory only a
 * name's owner can rename it (inode(7)).
 */
export function untrustedComponents(way: readonly PathComponent[], owner: number): UntrustedComponent[] {
	const isTrusted = ({ uid }: PathComponent) => uid === 0 || uid === owner;
	return way.flatMap((part, index): UntrustedComponent[] => {
		if (part.kind !== "directory") return [{ part, fault: "not-directory" }];
		const next = way[index + 1];
		if (next === undefined) return [];
		if (!isTrusted(part)) return [{ part, fault: "foreign-owner" }];
		const isKept = part.mode & 0o1000 && isTrusted(next);
		return part.mode & 0o022 && !isKept ? [{ part, fault: "writable" }] : [];
	});
}
