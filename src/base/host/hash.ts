import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Stamp } from "../../cage/manifest.ts";
import { type Path, pathToBytes } from "../path/path.ts";
import { attempt } from "./errors.ts";

/** SHA-256 in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/**
 * SHA-256 of a regular file in hexadecimal. Undefined if it cannot be read or is not a regular file. Follows no link and waits for no
 * FIFO. Synchronous between two pauses, because on a busy machine each promise takes longer than the read itself (measured).
 */
export async function hashFile(path: Path, signal?: AbortSignal): Promise<string | undefined> {
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	const file = attempt(() => openSync(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
	if (file === undefined) return undefined;
	try {
		if (!fstatSync(file).isFile()) return undefined;
		const hash = createHash("sha256");
		const chunk = Buffer.allocUnsafe(2 ** 18);
		for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
			hash.update(chunk.subarray(0, length));
			await setImmediate();
			signal?.throwIfAborted();
		}
		return hash.digest("hex");
	} catch (error) {
		if (signal?.aborted) throw error;
		return undefined;
	} finally {
		closeSync(file);
	}
}

/** SHA-256 of many files in order, like `hashFile`. */
export async function hashFiles(paths: readonly Path[], signal?: AbortSignal): Promise<(string | undefined)[]> {
	const hashes: (string | undefined)[] = [];
	for (const path of paths) hashes.push(await hashFile(path, signal));
	return hashes;
}

/** A file's stat(2) values, which change whenever somebody touches the file. */
export function stampOf(stats: BigIntStats): Stamp {
	return {
		device: String(stats.dev),
		inode: String(stats.ino),
		size: String(stats.size),
		modified: String(stats.mtimeNs),
		changed: String(stats.ctimeNs),
	};
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
	return (
		a.device === b.device && a.inode === b.inode && a.size === b.size && a.modified === b.modified && a.changed === b.changed
	);
}
