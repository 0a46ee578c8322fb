import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { attempt, errorName, readFailure } from "../../base/host/errors.ts";
import { sameStamp, stampOf } from "../../base/host/hash.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Entry } from "../../plan/plan.ts";
import type { ManifestEntry, Stamp } from "../manifest.ts";

/** A host file before the copy. */
export interface SurveyedFile {
	readonly size: number;
	readonly stamp: Stamp;
}

/** Bytes of holes in one file. They take no space, but every zero is read. */
const mostHollow = 64 * 1024 ** 3;

/**
 * Checks every file to copy: that it exists, is regular and fits. This costs microseconds each and avoids filling a production
 * disk. Edited files are checked in the previous generation (root `previous`).
 * Throws `source-gone`, `source-is-link`, `source-not-regular`, `source-hollow`, `cannot-read`, or `disk-full` (values: path,
 * needed, free).
 */
export async function survey(
	entries: readonly Entry[],
	destination: Path,
	previous?: Path,
	signal?: AbortSignal,
): Promise<Map<Path, SurveyedFile>> {
	const found = new Map<Path, SurveyedFile>();
	let needed = 0;
	for (const { edited, kind, path } of entries) {
		if (kind !== "file") continue;
		signal?.throwIfAborted();
		const stats = look(edited === undefined || previous === undefined ? path : (`${previous}${path}` as Path), path);
		// Pauses, so that a key press need not wait for thousands of calls.
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

/** Magic numbers (statfs(2)) of file systems where a copy may share blocks: Btrfs, XFS, bcachefs, ZFS. */
const sharing: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

/** Throws `disk-full` if `bytes` do not fit, unless the file system may need fewer. */
export async function requireSpace(directory: Path, bytes: number): Promise<void> {
	const { bavail, bsize, type } = await statfs(pathToBytes(directory));
	const free = bavail * bsize;
	if (bytes <= free || sharing.has(type)) return;
	throw new Failure("disk-full", { path: showPath(directory), needed: bytes, free });
}

/** Free bytes at a place, or where it will be created. */
export async function freeBytes(path: Path): Promise<number> {
	try {
		const { bavail, bsize } = await statfs(pathToBytes(path));
		return bavail * bsize;
	} catch (error) {
		if (errorName(error) !== "ENOENT" || path === parent(path)) throw readFailure(error, path);
		return freeBytes(parent(path));
	}
}

/** Disk usage in bytes of a file or directory, without holes. Unreadable files count as 0. */
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

/**
 * Bytes that a copy of a file or directory reads: holes count, because they are read too. Stops counting once there are more than
 * `most`. Unreadable files count as 0.
 */
export function readBytesOf(path: Path, most: number): number {
	try {
		const stats = lstatSync(pathToBytes(path));
		if (!stats.isDirectory()) return stats.isFile() ? stats.size : 0;
		let sum = 0;
		for (const name of readdirSync(pathToBytes(path), { encoding: "buffer" })) {
			sum += readBytesOf(join(path, pathFromBytes(name)), most - sum);
			if (sum > most) break;
		}
		return sum;
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return 0;
	}
}

/** Whether neither the host's file nor the generation's copy was touched since the copy was made. */
export function isUntouched(entry: ManifestEntry, root: Path, now?: Stamp): boolean {
	const { copy, path, source } = entry;
	if (source === undefined || copy === undefined) return false;
	const host = now ?? stampAt(path);
	const ours = stampAt(`${root}${path}` as Path);
	return host !== undefined && sameStamp(host, source) && ours !== undefined && sameStamp(ours, copy);
}

function stampAt(path: Path): Stamp | undefined {
	return attempt(() => stampOf(lstatSync(pathToBytes(path), { bigint: true })));
}
