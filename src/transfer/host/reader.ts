import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { errorName, failedRead, readFailure } from "../../base/host/errors.ts";
import { type Path, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import {
	type ArchiveEntry,
	type ArchiveKind,
	blockBytes,
	type PaxRecords,
	readPaxRecords,
	readSparseMap,
	readTarHeader,
	type TarHeader,
	TarProblem,
} from "../archive/tar.ts";

const kinds: Readonly<Record<string, ArchiveKind>> = {
	"0": "file",
	"1": "hard-link",
	"2": "symlink",
	"3": "character-device",
	"4": "block-device",
	"5": "directory",
	"6": "fifo",
};

/** Maximum bytes of an extended header or of GNU's long names; paths have at most 4,096. */
const mostExtended = 64 * 1024;
/** Bytes read at once. */
const windowBytes = 256 * 1024;
/** Bytes of zeros at the end. tar(1) writes 10,240 unless a larger record is requested. */
const mostPadding = 16 * 1024 * 1024;

/** An archive on disk, read in place. Methods throw `export-damaged` (exit 2) if the format is wrong. */
export class ArchiveFile {
	readonly path: Path;
	readonly #file: FileHandle;
	readonly #size: number;
	#window = { at: 0, bytes: Buffer.alloc(0) };

	private constructor(path: Path, file: FileHandle, size: number) {
		this.path = path;
		this.#file = file;
		this.#size = size;
	}

	/** Throws `no-such-file` and `no-export` (exit 2). */
	static async open(path: Path): Promise<ArchiveFile> {
		try {
			const file = await open(pathToBytes(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
			const stats = await file.stat();
			if (stats.isFile()) return new ArchiveFile(path, file, stats.size);
			await file.close();
		} catch (error) {
			if (errorName(error) === "ENOENT") throw new Failure("no-such-file", { path: showPath(path) }, 2);
			throw readFailure(error, path);
		}
		throw new Failure("no-export", { path: showPath(path) }, 2);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#file.close();
	}

	async *entries(signal?: AbortSignal): AsyncGenerator<ArchiveEntry> {
		let at = 0;
		let pax: PaxRecords = {};
		let long: { name?: Path; link?: Path } = {};
		let isPending = false;
		try {
			for (;;) {
				signal?.throwIfAborted();
				const header = readTarHeader(await this.bytes(at, blockBytes));
				if (header === undefined) {
					if (isPending) throw new TarProblem("header");
					return await this.#requireEnd(at);
				}
				at += blockBytes;
				if ("xLK".includes(header.type)) {
					if (header.size > mostExtended) throw new TarProblem("header size");
					const bytes = await this.bytes(at, header.size);
					at += padded(header.size);
					if (header.type === "x" ? Object.keys(pax).length : long[header.type === "L" ? "name" : "link"]) {
						throw new TarProblem("header");
					}
					if (header.type === "x") pax = readPaxRecords(Buffer.from(bytes));
					else long = { ...long, [header.type === "L" ? "name" : "link"]: longName(bytes) };
					isPending = true;
					continue;
				}
				const entry = await this.#entry(header, pax, long, at);
				if (entry.at + entry.stored > this.#size) throw new TarProblem("end");
				yield entry;
				at = entry.at + padded(entry.stored);
				[pax, long, isPending] = [{}, {}, false];
			}
		} catch (error) {
			if (error instanceof TarProblem) throw this.#damaged(`${error.message}, byte ${at}`);
			throw error;
		}
	}

	async #entry(header: TarHeader, pax: PaxRecords, long: { name?: Path; link?: Path }, at: number): Promise<ArchiveEntry> {
		const kind = kinds[header.type];
		if (kind === undefined) throw new TarProblem(`type ${JSON.stringify(header.type)}`);
		const size = pax.size ?? header.size;
		const name = pax.sparse?.name ?? pax.path ?? long.name ?? header.name;
		const isDevice = kind === "character-device" || kind === "block-device";
		const isLink = kind === "symlink" || kind === "hard-link";
		if (kind !== "file" && (size !== 0 || pax.sparse)) throw new TarProblem("size");
		const common = {
			path: (kind === "directory" ? name.replace(/\/$/, "") : name) as Path,
			kind,
			mode: header.mode,
			uid: pax.uid ?? header.uid,
			gid: pax.gid ?? header.gid,
			mtime: pax.mtime ?? header.mtime,
			...(isLink ? { link: pax.linkpath ?? long.link ?? header.link } : {}),
			...(isDevice ? { device: header.device } : {}),
		};
		if (!pax.sparse) return { ...common, size, stored: size, at };
		let next = at;
		const readBlock = async () => {
			if (next + blockBytes > at + size) throw new TarProblem("GNU.sparse");
			next += blockBytes;
			return this.bytes(next - blockBytes, blockBytes);
		};
		const { blocks, segments } = await readSparseMap(readBlock, pax.sparse.size);
		const stored = size - blocks * blockBytes;
		if (segments.reduce((sum, { length }) => sum + length, 0) !== stored) throw new TarProblem("GNU.sparse");
		return { ...common, size: pax.sparse.size, stored, at: at + blocks * blockBytes, segments };
	}

	/** An archive ends with at least two blocks of zeros. */
	async #requireEnd(at: number): Promise<void> {
		if (this.#size - at < 2 * blockBytes) throw new TarProblem("end");
		if (this.#size - at > mostPadding) throw new TarProblem("more behind its end");
		for (let next = at; next < this.#size; next += windowBytes) {
			const bytes = await this.bytes(next, Math.min(windowBytes, this.#size - next));
			if (bytes.some((byte) => byte !== 0)) throw new TarProblem("more behind its end");
		}
	}

	/** Exactly this many bytes, valid until the next call. */
	async bytes(at: number, length: number): Promise<Buffer> {
		const { at: start, bytes } = this.#window;
		if (at < start || at + length > start + bytes.length) await this.#load(at, length);
		const offset = at - this.#window.at;
		return this.#window.bytes.subarray(offset, offset + length);
	}

	async #load(at: number, length: number): Promise<void> {
		const buffer = Buffer.allocUnsafe(Math.max(length, windowBytes));
		let filled = 0;
		while (filled < buffer.length) {
			const { bytesRead } = await this.#file
				.read(buffer, filled, buffer.length - filled, at + filled)
				.catch(failedRead(this.path));
			if (bytesRead === 0) break;
			filled += bytesRead;
		}
		if (filled < length) throw this.#damaged(`end, byte ${at + filled}`);
		this.#window = { at, bytes: buffer.subarray(0, filled) };
	}

	/** The stored bytes of a file, in chunks; each is valid until the next one is read. */
	async *content({ at, stored }: Pick<ArchiveEntry, "at" | "stored">, signal?: AbortSignal): AsyncGenerator<Buffer> {
		for (let done = 0; done < stored; ) {
			signal?.throwIfAborted();
			const length = Math.min(windowBytes, stored - done);
			yield await this.bytes(at + done, length);
			done += length;
		}
	}

	/** All of a small file. */
	async whole(entry: Pick<ArchiveEntry, "at" | "stored">): Promise<Buffer> {
		return Buffer.from(await this.bytes(entry.at, entry.stored));
	}

	#damaged(where: string): Failure {
		return new Failure("export-damaged", { path: showPath(this.path), where }, 2);
	}
}

function padded(size: number): number {
	return Math.ceil(size / blockBytes) * blockBytes;
}

function longName(bytes: Buffer): Path {
	const end = bytes.indexOf(0);
	return bytes.toString("latin1", 0, end < 0 ? bytes.length : end) as Path;
}
