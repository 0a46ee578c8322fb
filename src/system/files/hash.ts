import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Stamp } from "../../core/cage/manifest.ts";
import type { Path } from "../../core/path/path.ts";
import { programFolder } from "../program-folder.ts";
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

/** Fewer files are hashed before a thread has started. */
const worthThreads = 32;

/**
 * SHA-256 of many files in order, like `hashFile`, by threads, so that this thread can continue. A check hashes the cage and the
 * host at the same time.
 */
export async function hashFiles(paths: readonly Path[], signal?: AbortSignal): Promise<(string | undefined)[]> {
	if (paths.length < worthThreads) {
		const hashes: (string | undefined)[] = [];
		for (const path of paths) hashes.push(await hashFile(path, signal));
		return hashes;
	}
	const threads = Math.min(Math.ceil(availableParallelism() / 2), mostThreads);
	// Round-robin, because neighbours often have similar sizes.
	const share = (thread: number) => paths.filter((_, index) => index % threads === thread);
	const shares = await Promise.all(Array.from({ length: threads }, (_, thread) => inThread(share(thread), signal)));
	return paths.map((_, index) => shares[index % threads]?.[Math.floor(index / threads)]);
}

const mostThreads = 4;

function inThread(paths: readonly Path[], signal: AbortSignal | undefined): Promise<readonly (string | undefined)[]> {
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const worker = new Worker(join(programFolder(), "dist", "hashing", "hashing.js"), { workerData: paths });
		const stop = () => void worker.terminate();
		signal?.addEventListener("abort", stop, { once: true });
		worker.on("message", resolve);
		worker.on("error", reject);
		worker.on("exit", () => {
			signal?.removeEventListener("abort", stop);
			reject(signal?.reason ?? new Error("a thread ended without an answer"));
		});
	});
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
