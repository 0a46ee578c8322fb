import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { ManifestEntry, Stamp } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Entry } from "../../core/plan/plan.ts";
import { errorName, readFailure } from "./errors.ts";
import { sameStamp, stampOf } from "./hash.ts";

/** A file of the host before anything is copied. */
export interface Surveyed {
	readonly size: number;
	readonly stamp: Stamp;
}

/** Bytes of holes in one file: they take no room, but every zero of them is read. */
const mostHollow = 64 * 1024 ** 3;

/**
 * Looks at every file to be copied: whether it is there and a file, how much it is, and whether it fits. Finding that out first
 * costs some microseconds for each and saves filling the disk of a production machine up to its last byte. What was edited in the
 * generation before (its root is `previous`) is looked at there.
 *
 * Fails with `source-gone`, `source-is-link`, `source-not-regular`, `source-hollow`, `cannot-read`, or `disk-full` (values: path, needed, free).
 */
export async function survey(
	entries: readonly Entry[],
	destination: Path,
	previous?: Path,
	signal?: AbortSignal,
): Promise<Map<Path, Surveyed>> {
	const found = new Map<Path, Surveyed>();
	let needed = 0;
	for (const { edited, kind, path } of entries) {
		if (kind !== "file") continue;
		signal?.throwIfAborted();
		const stats = look(edited === undefined || previous === undefined ? path : (`${previous}${path}` as Path), path);
		// Thousands of calls at once are quick, but a key press should not wait for all of them.
		if (found.size % 500 === 499) await setImmediate();
		if (stats.isSymbolicLink()) throw new Failure("source-is-link", { path: showPath(path) }, 4);
		if (!stats.isFile()) throw new Failure("source-not-regular", { path: showPath(path) }, 4);
		found.set(path, { size: Number(stats.size), stamp: stampOf(stats) });
		const [size, allocated] = [Number(stats.size), Number(stats.blocks) * 512];
		if (size - allocated > mostHollow) throw new Failure("source-hollow", { path: showPath(path), bytes: size }, 4);
		needed += Math.min(size, allocated);
	}
	await requireSpace(destination, needed);
	return found;
}

function look(place: Path, path: Path): BigIntStats {
	try {
		return lstatSync(pathToBytes(place), { bigint: true });
	} catch (error) {
		throw readFailure(error, path);
	}
}

/** Magic numbers (statfs(2)) of file systems where a copy may share its blocks and take no space: Btrfs, XFS, bcachefs, ZFS. */
const sharing: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

/** Fails with `disk-full` where `bytes` do not fit, unless the file system may need fewer than that. */
export async function requireSpace(directory: Path, bytes: number): Promise<void> {
	const { bavail, bsize, type } = await statfs(pathToBytes(directory));
	const free = bavail * bsize;
	if (bytes <= free || sharing.has(type)) return;
	throw new Failure("disk-full", { path: showPath(directory), needed: bytes, free });
}

/** Bytes that are free at a place, or where it will be made. */
export async function freeBytes(path: Path): Promise<number> {
	try {
		const { bavail, bsize } = await statfs(pathToBytes(path));
		return bavail * bsize;
	} catch (error) {
		if (errorName(error) !== "ENOENT" || path === parent(path)) throw readFailure(error, path);
		return freeBytes(parent(path));
	}
}

/** Bytes that a file or all files below a directory take on disk, holes not counted. What cannot be seen counts nothing. */
export function allocatedBytes(path: Path): number {
	try {
		const stats = lstatSync(pathToBytes(path));
		if (!stats.isDirectory()) return stats.isFile() ? Math.min(stats.size, stats.blocks * 512) : 0;
		const names = readdirSync(pathToBytes(path), { encoding: "buffer" }).map(pathFromBytes);
		return names.reduce((sum, name) => sum + allocatedBytes(join(path, name)), 0);
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return 0;
	}
}

/** Whether neither the host's file nor the copy in a generation was touched since the copy was made. */
export function isUntouched(entry: ManifestEntry, root: Path, now?: Stamp): boolean {
	const { copy, path, source } = entry;
	if (source === undefined || copy === undefined) return false;
	const host = now ?? stampAt(path);
	const ours = stampAt(`${root}${path}` as Path);
	return host !== undefined && sameStamp(host, source) && ours !== undefined && sameStamp(ours, copy);
}

function stampAt(path: Path): Stamp | undefined {
	try {
		return stampOf(lstatSync(pathToBytes(path), { bigint: true }));
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return undefined;
	}
}
