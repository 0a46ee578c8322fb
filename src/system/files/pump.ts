import type { Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { readFailure, writeFailure } from "./errors.ts";

/** Large enough that reading, hashing and writing side by side take no longer than the slowest, small enough to stay in the cache (measured). */
const chunkSize = 256 * 1024;
/** Holes of at least this size stay holes. */
const holeSize = 64 * 1024;
const zeros = Buffer.alloc(holeSize);

export interface Pump {
	readonly from: FileHandle;
	/** Absent where only the hash is wanted. */
	readonly to?: FileHandle;
	/** Bytes to take; one byte less in the source is an error, what comes after them stays where it is. */
	readonly size: number;
	readonly hash?: Hash;
	/** Leaves holes where the source reads as zeros. */
	readonly sparse: boolean;
	/** Of source and destination, for errors. */
	readonly name: Path;
	readonly target: Path;
	readonly signal?: AbortSignal | undefined;
	/** Bytes done of this file. */
	readonly onBytes?: ((done: number) => void) | undefined;
}

/** Moves exactly `size` bytes in one pass. While a chunk is hashed here, the next is read and this one written by other threads. */
export async function pump(job: Pump): Promise<void> {
	const { to, size, hash, signal } = job;
	const length = Math.min(size, chunkSize);
	const buffers: [Buffer, Buffer?] = [Buffer.allocUnsafe(length)];
	let position = 0;
	let current = size > 0 ? await read(job, buffers[0], 0) : undefined;
	for (let turn = 1; current !== undefined; turn ^= 1) {
		signal?.throwIfAborted();
		const end: number = position + current.length;
		// Most files fit into the first buffer.
		if (end < size) buffers[turn] ??= Buffer.allocUnsafe(length);
		const reading = end < size ? read(job, buffers[turn] ?? buffers[0], end) : undefined;
		const writing = to && write(job, to, current, position);
		hash?.update(current);
		[current] = await Promise.all([reading, writing]);
		position = end;
		job.onBytes?.(position);
	}
	// Holes at the end have written nothing.
	if (to && job.sparse) await to.truncate(size);
}

async function read({ from, size, name }: Pump, buffer: Buffer, position: number): Promise<Buffer> {
	const length = Math.min(buffer.length, size - position);
	const { bytesRead } = await from.read(buffer, 0, length, position).catch((error: unknown) => {
		throw readFailure(error, name);
	});
	if (bytesRead === 0) throw new Failure("source-changed", { path: showPath(name) });
	return buffer.subarray(0, bytesRead);
}

async function write({ sparse, target }: Pump, to: FileHandle, chunk: Buffer, position: number): Promise<void> {
	try {
		if (!sparse) return await writeAll(to, chunk, position);
		for (let start = 0; start < chunk.length; ) {
			let end = start;
			while (end < chunk.length && !isHole(chunk, end)) end += holeSize;
			if (end > start) await writeAll(to, chunk.subarray(start, end), position + start);
			start = Math.max(end, start);
			while (start < chunk.length && isHole(chunk, start)) start += holeSize;
		}
	} catch (error) {
		throw writeFailure(error, target);
	}
}

function isHole(chunk: Buffer, start: number): boolean {
	const block = chunk.subarray(start, start + holeSize);
	return block.length === holeSize ? block.equals(zeros) : block.equals(zeros.subarray(0, block.length));
}

async function writeAll(to: FileHandle, chunk: Buffer, position: number): Promise<void> {
	for (let done = 0; done < chunk.length; ) {
		const { bytesWritten } = await to.write(chunk, done, chunk.length - done, position + done);
		done += bytesWritten;
	}
}
