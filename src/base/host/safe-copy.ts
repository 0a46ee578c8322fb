import { createHash, type Hash } from "node:crypto";
import { type BigIntStats, constants, fchmodSync, fchownSync, fstatSync, futimesSync } from "node:fs";
import { copyFile, type FileHandle, unlink } from "node:fs/promises";
import type { Stamp } from "../../cage/manifest.ts";
import { omitUndefined } from "../collections.ts";
import { Failure } from "../failure.ts";
import { type Path, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { nameOf, openForReading, openNew } from "./descriptor.ts";
import { failedRead, failedWrite, writeFailure } from "./errors.ts";
import { sameStamp, stampOf } from "./hash.ts";

/**
 * Large enough that parallel reading, hashing and writing take no longer than the slowest of them; small enough for the CPU cache
 * (measured).
 */
const chunkSize = 256 * 1024;
/** Minimum size of preserved holes. */
const holeSize = 64 * 1024;
const zeros = Buffer.alloc(holeSize);

interface Pump {
	readonly from: FileHandle;
	/** Absent if only the hash is wanted. */
	readonly to?: FileHandle;
	/** Bytes to copy. Fewer bytes in the source are an error; further bytes are ignored. */
	readonly size: number;
	readonly hash?: Hash;
	/** Leaves holes where the source contains zeros. */
	readonly sparse: boolean;
	/** Place of the source, and names of the source and the destination, for errors. */
	readonly source: Path;
	readonly name: Path;
	readonly target: Path;
	readonly signal?: AbortSignal | undefined;
	/** Bytes done of this file. */
	readonly onBytes?: ((done: number) => void) | undefined;
}

/** Copies exactly `size` bytes in one pass. While a chunk is hashed, other threads read the next one and write this one. */
async function pump(job: Pump): Promise<void> {
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
	// Holes at the end write nothing.
	if (to && job.sparse) await to.truncate(size);
}

async function read({ from, source, size, name }: Pump, buffer: Buffer, position: number): Promise<Buffer> {
	const length = Math.min(buffer.length, size - position);
	const { bytesRead } = await from.read(buffer, 0, length, position).catch(failedRead(name, source));
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

export interface CopyRequest {
	readonly from: Path;
	/** Must not exist. Its directory must be writable only by us, or be named by a descriptor. */
	readonly to: Path;
	/** The name of `from` in errors if it is reached through a descriptor. */
	readonly name?: Path;
	/** The name of `to` in errors if it is reached through a descriptor. */
	readonly target?: Path;
	/** Refuses a source whose real path is not `from`: a directory above it is a link or was swapped for one. */
	readonly atItsRealPath?: boolean;
	/** Permission bits of the copy, including wanted setuid and setgid bits. */
	readonly mode: number;
	/** Owner of the copy. Default: the current user. */
	readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
	/** The known hash, which saves hashing. */
	readonly sha256?: string | undefined;
	/** Modification time of the copy in nanoseconds since 1970, as decimal text. Default: the source's. */
	readonly modified?: string | undefined;
	/** `accept` accepts a file that changes during the copy; `fail` reads it again twice and then gives up. */
	readonly onChange?: "fail" | "accept";
	readonly reflinks?: Reflinks;
	readonly signal?: AbortSignal | undefined;
	/** Bytes done of this file. Restarts at 0 if it is read again. */
	readonly onBytes?: ((done: number) => void) | undefined;
}

/** Devices (st_dev) on which a reflink failed, so that it is tried only once. */
export type Reflinks = Set<bigint>;

interface CopyResult {
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly mtime: number;
	readonly sha256: string;
	/** The source's stamp. Undefined if it changed during the copy, or so recently that a later change could go unnoticed. */
	readonly source: Stamp | undefined;
	readonly copy: Stamp;
	/** False if the content may mix two states (`onChange: "accept"`). */
	readonly stable: boolean;
}

const attempts = 3;
/** The kernel's clock for file times has steps of up to 10 ms (CONFIG_HZ). FAT and NFS servers are coarser. */
const freshForMilliseconds = 100n;

/**
 * Copies one regular file with its times and hashes it. Copies as many bytes as fstat(2) reports at the beginning, so that a
 * growing log yields its state at that time and an endless source ends. Follows no link, waits for no FIFO and overwrites
 * nothing; a failed or aborted copy leaves nothing.
 * Throws `source-gone`, `source-is-link`, `source-not-regular`, `source-moved`, `source-changed`, `source-of-kernel`,
 * `cannot-read`, and for the destination `disk-full`, `read-only-file-system`, `not-permitted`, `cannot-write`.
 */
export async function copyRegularFile(request: CopyRequest): Promise<CopyResult> {
	const { name = request.from } = request;
	await using from = await openForReading(request.from).catch(failedRead(name, request.from));
	const before = look(from);
	if (!before.isFile()) throw new Failure("source-not-regular", { path: showPath(name) }, 4);
	if (request.atItsRealPath) refuseMoved(from, name);
	return await copyTo(request, from, before);
}

/**
 * Calls on an open file that only read or set metadata are synchronous, because a promise costs more than the call (measured: 2.1
 * s for 5,000 small files, half of that this way).
 */
function look(file: FileHandle): BigIntStats {
	return fstatSync(file.fd, { bigint: true });
}

function refuseMoved(file: FileHandle, name: Path): void {
	const real = nameOf(file);
	if (real === name) return;
	if (real === `${name} (deleted)`) throw new Failure("source-gone", { path: showPath(name) });
	throw new Failure("source-moved", { path: showPath(name), real: showPath(real) }, 4);
}

async function copyTo(request: CopyRequest, from: FileHandle, before: BigIntStats): Promise<CopyResult> {
	const { target = request.to } = request;
	const linked = await reflink(request, from, before);
	await using to = await (linked ? openForReading(request.to) : openNew(request.to)).catch(failedWrite(target));
	try {
		const content = linked ? await hashClone(request, from, to, before) : await copyContent(request, from, to, before);
		const modified = request.modified === undefined ? content.before.mtimeNs : BigInt(request.modified);
		const copy = finish(request, to, modified);
		const old = content.before.ctimeNs / 1_000_000n + freshForMilliseconds < BigInt(Date.now());
		return {
			size: Number(copy.size),
			mtime: millisecondsOf(modified),
			sha256: content.sha256,
			source: content.stable && content.sameAfter && old ? stampOf(content.before) : undefined,
			copy: stampOf(copy),
			stable: content.stable,
		};
	} catch (error) {
		await unlink(pathToBytes(request.to)).catch(() => undefined);
		throw writeFailure(error, target);
	}
}

interface Content {
	readonly sha256: string;
	/** The source in the state that was copied. */
	readonly before: BigIntStats;
	readonly stable: boolean;
	/** True if the source did not change at all until the copy was complete. */
	readonly sameAfter: boolean;
}

async function copyContent(request: CopyRequest, from: FileHandle, to: FileHandle, first: BigIntStats): Promise<Content> {
	const { name = request.from } = request;
	let before = first;
	for (let attempt = 1; ; attempt++) {
		const hash = request.sha256 === undefined ? createHash("sha256") : undefined;
		const sparse = before.blocks * 512n < before.size;
		const size = Number(before.size);
		let shrunk = false;
		try {
			await pump({
				target: request.to,
				...request,
				source: request.from,
				from,
				to,
				size,
				sparse,
				name,
				...omitUndefined({ hash }),
			});
		} catch (error) {
			if (!(error instanceof Failure) || error.code !== "source-changed") throw error;
			shrunk = true;
		}
		const after = look(from);
		if (size === 0 && after.size === 0n) await refuseKernelFile(from, name);
		// Appending does not change the copied bytes, although another write may have come in between.
		const stable = !shrunk && (after.mtimeNs === before.mtimeNs || after.size > before.size);
		if (stable || (!shrunk && request.onChange === "accept")) {
			const sha256 = hash?.digest("hex") ?? request.sha256 ?? "";
			return { sha256, before, stable, sameAfter: sameStamp(stampOf(before), stampOf(after)) };
		}
		if (attempt === attempts) throw new Failure("source-changed", { path: showPath(name) });
		await to.truncate(0);
		before = after;
	}
}

/** Kernel files report size 0 but have content, so their copy would be empty. */
async function refuseKernelFile(from: FileHandle, name: Path): Promise<void> {
	const { bytesRead } = await from.read(Buffer.alloc(1), 0, 1, 0).catch(failedRead(name));
	if (bytesRead > 0) throw new Failure("source-of-kernel", { path: showPath(name) }, 2);
}

/** Shares the source's blocks if the file system can: instantly and in one consistent state. */
async function reflink({ to, reflinks }: CopyRequest, from: FileHandle, { dev, size }: BigIntStats): Promise<boolean> {
	if (reflinks === undefined || reflinks.has(dev) || size === 0n) return false;
	const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
	try {
		await copyFile(`/proc/self/fd/${from.fd}`, pathToBytes(to), COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
		return true;
	} catch {
		// The copy that follows either succeeds or fails with a better error.
		reflinks.add(dev);
		return false;
	}
}

async function hashClone(request: CopyRequest, from: FileHandle, copy: FileHandle, before: BigIntStats): Promise<Content> {
	const after = look(from);
	let { sha256 } = request;
	if (sha256 === undefined) {
		const hash = createHash("sha256");
		const size = Number(look(copy).size);
		const { to: name, signal, onBytes } = request;
		await pump({ from: copy, source: name, size, hash, sparse: false, name, target: name, signal, onBytes });
		sha256 = hash.digest("hex");
	}
	return { sha256, before: after, stable: true, sameAfter: sameStamp(stampOf(before), stampOf(after)) };
}

/** Sets the owner before the mode, because chown clears setuid bits, and the times last. */
function finish({ mode, owner }: CopyRequest, to: FileHandle, modified: bigint): BigIntStats {
	if (owner) fchownSync(to.fd, owner.uid, owner.gid);
	fchmodSync(to.fd, mode & 0o7777);
	const time = secondsOf(modified);
	futimesSync(to.fd, time, time);
	return look(to);
}

/**
 * Node takes seconds as a double, precise to about 200 ns today, and truncates: without the small addition, 0.123 s would become
 * 0.122999999, another millisecond. Whole seconds are exact.
 */
function secondsOf(nanoseconds: bigint): number {
	const exact = nanoseconds % 1_000_000_000n === 0n;
	return Number(nanoseconds) / 1e9 + (exact ? 0 : 3e-7);
}

/** Rounded like Node's `mtimeMs` and truncated, because a plan's times must compare equal to ours. */
function millisecondsOf(nanoseconds: bigint): number {
	return Math.floor(Number(nanoseconds / 1_000_000_000n) * 1000 + Number(nanoseconds % 1_000_000_000n) / 1e6);
}
