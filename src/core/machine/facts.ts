import type { ByteReader } from "../elf/elf.ts";
import type { Path } from "../path/path.ts";

/** What the core asks of a machine while it plans. Values and one interface; adapters in `system/` implement it. */

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
	/** Of a device node. */
	readonly device?: { readonly major: number; readonly minor: number };
}

/** Looking at files without following a link at the end of the name and without ever blocking on a FIFO. */
export interface Files {
	/** undefined where nothing is there (or it cannot be seen). */
	status(path: Path): FileStatus | undefined;
	readLink(path: Path): Path | undefined;
	/** Names in a directory, sorted by their bytes; empty where it cannot be read. */
	list(directory: Path): Path[];
	/** The whole of a regular file, or its first `limit` bytes; undefined where it cannot be read. */
	read(path: Path, limit?: number): Buffer | undefined;
	/** All links resolved, or undefined where the chain ends in nothing. */
	resolve(path: Path): Path | undefined;
	/** Lends `use` a reader of the regular file at `path`, itself no link; undefined where it cannot be opened. */
	inspect<T>(path: Path, use: (read: ByteReader) => T): T | undefined;
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

/** The same files, each asked for its status and its target once: following thousands of names asks for the same directories again and again. */
export function rememberFiles(files: Files): Files {
	const statuses = new Map<Path, FileStatus | undefined>();
	const targets = new Map<Path, Path | undefined>();
	return {
		...files,
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
