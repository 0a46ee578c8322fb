import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	readSync,
	realpathSync,
} from "node:fs";
import type { LoaderFiles } from "../../plan/elf/search.ts";
import type { ByteReader, FileKind, FileStatus, Files } from "../machine/facts.ts";
import { type MountPoint, parseMountinfo } from "../machine/mountinfo.ts";
import {
	baseName,
	join,
	normalise,
	type Path,
	parent,
	pathFromBytes,
	pathFromText,
	pathToBytes,
	pathToText,
	resolvePath,
} from "../path/path.ts";
import { attempt } from "./errors.ts";
import { runQuickTool } from "./tools.ts";

/**
 * Synchronous access to the machine's files: a plan asks thousands of small questions, and a promise for each costs more than the
 * answer. Never throws; unreadable files count as absent.
 */
export function systemFiles(): Files & LoaderFiles {
	return { status, readLink, list, read, resolve, inspect, hasAccessList, mounts };
}

/** Node cannot read access control lists; ls(1) marks them with `+`. */
function hasAccessList(paths: readonly Path[]): boolean {
	const names = paths.map(pathToText);
	if (!names.every((name) => name !== undefined)) return true;
	const { status, stdout } = runQuickTool("ls", ["-ld", "--", ...names], { encoding: "utf8" });
	return status !== 0 || /^\S{10}\+/m.test(stdout);
}

function mounts(): MountPoint[] {
	return parseMountinfo(attempt(() => readFileSync("/proc/self/mountinfo", "latin1")) ?? "");
}

function status(path: Path): FileStatus | undefined {
	const stats = attempt(() => lstatSync(pathToBytes(path), { throwIfNoEntry: false }));
	if (stats === undefined) return undefined;
	const kind = kindOf(stats.mode);
	return {
		kind,
		mode: stats.mode & 0o7777,
		uid: stats.uid,
		gid: stats.gid,
		size: stats.size,
		mtime: Math.floor(stats.mtimeMs),
		...((kind === "character-device" || kind === "block-device") && { device: deviceNumbers(stats.rdev) }),
	};
}

const kinds: ReadonlyMap<number, FileKind> = new Map([
	[constants.S_IFDIR, "directory"],
	[constants.S_IFLNK, "symlink"],
	[constants.S_IFCHR, "character-device"],
	[constants.S_IFBLK, "block-device"],
	[constants.S_IFIFO, "fifo"],
	[constants.S_IFSOCK, "socket"],
]);

export function kindOf(mode: number): FileKind {
	return kinds.get(mode & constants.S_IFMT) ?? "file";
}

/** Linux distributes both numbers over a dev_t: from the top, 20 bits major, 24 minor, 12 major, 8 minor (gnu_dev_major in makedev(3)). */
export function deviceNumbers(rdev: number): { major: number; minor: number } {
	const high = Math.floor(rdev / 2 ** 32);
	const low = (rdev % 2 ** 32) >>> 0;
	return {
		major: ((low >>> 8) & 0xfff) + (high - (high % 0x1000)),
		minor: (low & 0xff) + (((low >>> 20) << 8) >>> 0) + (high % 0x1000) * 2 ** 20,
	};
}

// "latin1" yields one character a byte, like a Path.
function readLink(path: Path): Path | undefined {
	return attempt(() => readlinkSync(pathToBytes(path), { encoding: "latin1" }) as Path);
}

function list(directory: Path): Path[] {
	return (attempt(() => readdirSync(pathToBytes(directory), { encoding: "latin1" })) ?? []).sort() as Path[];
}

function resolve(path: Path): Path | undefined {
	return attempt(() => pathFromBytes(realpathSync.native(pathToBytes(path), { encoding: "buffer" })));
}

/** Bytes to read from a file under /proc, which reports size 0, or from one that grows endlessly. */
const unknownSize = 16 * 1024 * 1024;

function read(path: Path, limit?: number): Buffer | undefined {
	return withFile(path, (descriptor, size) => {
		const length = Math.min(size > 0 ? size : unknownSize, limit ?? Number.POSITIVE_INFINITY);
		return size > 0 ? readAt(descriptor, 0, length) : readToEnd(descriptor, length);
	});
}

function inspect<T>(path: Path, use: (read: ByteReader) => T): T | undefined {
	return withFile(path, (descriptor, size) =>
		use((offset, length) => attempt(() => readAt(descriptor, offset, Math.min(length, size - offset))) ?? Buffer.alloc(0)),
	);
}

/** O_NONBLOCK: a FIFO must not block. O_NOFOLLOW: read exactly the checked file. */
function withFile<T>(path: Path, use: (descriptor: number, size: number) => T): T | undefined {
	return attempt(() => {
		const descriptor = openSync(pathToBytes(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			const stats = fstatSync(descriptor);
			return stats.isFile() ? use(descriptor, stats.size) : undefined;
		} finally {
			closeSync(descriptor);
		}
	});
}

function readAt(descriptor: number, offset: number, length: number): Buffer {
	// readSync interprets a negative position as the descriptor's own.
	if (length <= 0 || offset < 0) return Buffer.alloc(0);
	const buffer = Buffer.allocUnsafe(length);
	let filled = 0;
	while (filled < length) {
		const got = readSync(descriptor, buffer, filled, length - filled, offset + filled);
		if (got === 0) break;
		filled += got;
	}
	return buffer.subarray(0, filled);
}

function readToEnd(descriptor: number, limit: number): Buffer {
	const chunks: Buffer[] = [];
	for (let total = 0; total < limit; ) {
		const chunk = readAt(descriptor, total, Math.min(64 * 1024, limit - total));
		chunks.push(chunk);
		total += chunk.length;
		if (chunk.length === 0) break;
	}
	return Buffer.concat(chunks);
}

/** The kernel follows this many links (path_resolution(7)). */
const mostLinks = 40;

/** Returns the place that `/dev/log` leads to, even while nobody listens there. Undefined if the host has no such name. */
export function logSocket(): Path | undefined {
	let path = pathFromText("/dev/log");
	try {
		for (let links = 0; links < mostLinks; links++) {
			const stats = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
			if (!stats?.isSymbolicLink()) return stats || links > 0 ? inRealFolder(path) : undefined;
			path = normalise(resolvePath(parent(path), readlinkSync(pathToBytes(path), { encoding: "latin1" }) as Path));
		}
	} catch {
		return undefined;
	}
	return undefined;
}

function inRealFolder(path: Path): Path {
	return attempt(() => join(realpathSync(pathToBytes(parent(path)), { encoding: "latin1" }) as Path, baseName(path))) ?? path;
}
