import { ancestors, join, type Path, parent, root } from "../path/path.ts";
import type { MountPoint } from "./mountinfo.ts";

/** The facts about a machine that planning needs. `Files` is implemented in `src/base/host/`. */

export type FileKind = "file" | "directory" | "symlink" | "character-device" | "block-device" | "fifo" | "socket";

export interface FileStatus {
	readonly kind: FileKind;
	/** Permission bits including setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly mtime: number;
	/** Set for a device node. */
	readonly device?: { readonly major: number; readonly minor: number };
}

/** An account's rights (path_resolution(7)). Only the first class of bits counts that it belongs to: owner, group, others. */
export function rightsFor(
	{ gid, mode, uid }: Pick<FileStatus, "uid" | "gid" | "mode">,
	account: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] },
): number {
	if (uid === account.uid) return mode >> 6;
	return gid === account.gid || account.groups.includes(gid) ? mode >> 3 : mode;
}

/** Read-only file access that never follows a link at the end of a name and never blocks on a FIFO. */
export interface Files {
	/** Returns undefined if the file does not exist or is not visible. */
	status(path: Path): FileStatus | undefined;
	readLink(path: Path): Path | undefined;
	/** Returns the names in a directory, sorted by bytes; empty if it is unreadable. */
	list(directory: Path): Path[];
	/** Returns a regular file, or its first `limit` bytes; undefined if it is unreadable. */
	read(path: Path, limit?: number): Buffer | undefined;
	/** Resolves all links; undefined if the chain ends nowhere. */
	resolve(path: Path): Path | undefined;
	/** Whether one of the paths has an access control list (acl(5)). Absent if that is unknown. */
	hasAccessList?(paths: readonly Path[]): boolean;
	/** Calls `use` with a reader of the regular file at `path`, which must not be a link; undefined if it cannot be opened. */
	inspect<T>(path: Path, use: (read: ByteReader) => T): T | undefined;
	/** The mounts that this process sees; none if they are unknown. */
	mounts(): readonly MountPoint[];
}

export interface User {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly gecos: string;
	readonly home: string;
	readonly shell: string;
}

export interface Group {
	readonly name: string;
	readonly gid: number;
	readonly members: readonly string[];
}

/** Caches each path's status and link target, and the mounts, because resolving thousands of names looks at the same directories repeatedly. */
export function rememberFiles(files: Files): Files {
	const statuses = new Map<Path, FileStatus | undefined>();
	const targets = new Map<Path, Path | undefined>();
	let mounts: readonly MountPoint[] | undefined;
	return {
		...files,
		mounts() {
			mounts ??= files.mounts();
			return mounts;
		},
		status: (path) => once(statuses, path, files.status),
		readLink: (path) => once(targets, path, files.readLink),
	};
}

function once<T>(known: Map<Path, T>, path: Path, ask: (path: Path) => T): T {
	if (known.has(path)) return known.get(path) as T;
	const answer = ask(path);
	known.set(path, answer);
	return answer;
}

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

const rights = { enter: 1, execute: 1, read: 4 } as const;
export type Right = keyof typeof rights;

/** Whether modes let an account use a path, directories included. True if it is missing, which is another problem. */
export function permits(
	path: Path,
	right: Right,
	account: Parameters<typeof rightsFor>[1],
	files: Pick<Files, "resolve" | "status">,
): boolean {
	const real = files.resolve(path) ?? path;
	const may = (place: Path, wanted: number) => {
		const status = files.status(place);
		return status === undefined || (rightsFor(status, account) & wanted) === wanted;
	};
	return directoriesTo(parent(real)).every((directory) => may(directory, rights.enter)) && may(real, rights[right]);
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

/**
 * Returns `length` bytes of a file from `offset`, or fewer if the file ends or cannot be read. Never throws. A few kilobytes
 * suffice for a binary of hundreds of megabytes.
 */
export type ByteReader = (offset: number, length: number) => Buffer;

export interface Identity {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly home: string;
}

export interface PackageRef {
	readonly name: string;
	readonly version: string;
}

/** A package with the paths of all files and directories in it. */
export interface PackageContents {
	readonly ref: PackageRef;
	readonly files: readonly Path[];
}

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
