import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { Stamp } from "../../core/cage/manifest.ts";
import type { Path } from "../../core/path/path.ts";
import { openForReading } from "./descriptor.ts";

/** SHA-256 of a regular file in hexadecimal. Undefined if it cannot be read or is not a regular file. */
export async function hashFile(path: Path, signal?: AbortSignal): Promise<string | undefined> {
	try {
		await using file = await openForReading(path);
		if (!(await file.stat()).isFile()) return undefined;
		const hash = createHash("sha256");
		const chunk = Buffer.allocUnsafe(2 ** 18);
		for (;;) {
			const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
			signal?.throwIfAborted();
			if (bytesRead === 0) return hash.digest("hex");
			hash.update(chunk.subarray(0, bytesRead));
		}
	} catch (error) {
		if (signal?.aborted) throw error;
		return undefined;
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
