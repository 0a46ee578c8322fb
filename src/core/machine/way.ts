import { ancestors, type Path, root } from "../path/path.ts";
import type { FileStatus } from "./facts.ts";

/** A directory on the way to a place, as lstat(2) sees it. */
export interface WayPart extends Pick<FileStatus, "kind" | "mode" | "uid"> {
	readonly path: Path;
}

interface FaultyPart {
	readonly part: WayPart;
	readonly fault: "not-directory" | "foreign-owner" | "writable";
}

/** Every directory that a name goes through, `/` and the place itself included. */
export function wayTo(place: Path): Path[] {
	return [...new Set([root, ...ancestors(place), place])];
}

/**
 * By which parts of a way somebody other than root and `owner` can put another thing in its place, a link to anywhere for one. Whose the
 * place itself is does not matter: it is renamed by whoever may write to the directory that holds it. A sticky directory lets only the
 * owner of a name rename it (inode(7)).
 */
export function wayFaults(way: readonly WayPart[], owner: number): FaultyPart[] {
	const isTrusted = ({ uid }: WayPart) => uid === 0 || uid === owner;
	return way.flatMap((part, index): FaultyPart[] => {
		if (part.kind !== "directory") return [{ part, fault: "not-directory" }];
		const next = way[index + 1];
		if (next === undefined) return [];
		if (!isTrusted(part)) return [{ part, fault: "foreign-owner" }];
		const isKept = part.mode & 0o1000 && isTrusted(next);
		return part.mode & 0o022 && !isKept ? [{ part, fault: "writable" }] : [];
	});
}
