import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { type FileHandle, rename, symlink, unlink } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import * as v from "valibot";
import type { Documents } from "../../service/ports.ts";
import { Failure, type FailureCode } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { join, type Path, parent, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { openForReading, openNew, syncDirectory } from "./descriptor.ts";
import { attempt, errorName, ifMissing, isMissing, writeFailure } from "./errors.ts";
import { transientName } from "./processes.ts";

/** Bytes; far more than the largest of our files. */
const mostStateBytes = 256 * 1024 * 1024;

/**
 * The content of one of our own files. Follows and waits for nothing. Throws `state-not-regular` or `state-too-large` (exit 1) for
 * anything but a regular file of usual size, otherwise like open(2).
 */
export async function readBytes(path: Path): Promise<Buffer> {
	await using file = await openForReading(path).catch(refuseNoFile(path));
	requireUsual(path, await file.stat());
	return await file.readFile();
}

export async function readText(path: Path): Promise<string> {
	return (await readBytes(path)).toString("utf8");
}

/** The same; undefined if there is no file. */
export function readTextIfAny(path: Path): Promise<string | undefined> {
	return readText(path).catch(ifMissing(undefined));
}

/** Synchronous `readText`. */
export function readTextSync(path: Path): string {
	const file = openStateFile(path);
	try {
		requireUsual(path, fstatSync(file));
		return readFileSync(file, "utf8");
	} finally {
		closeSync(file);
	}
}

function openStateFile(path: Path): number {
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	try {
		return openSync(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	} catch (error) {
		return refuseNoFile(path)(error);
	}
}

/** Throws unless it is a regular file of a size that one of our files can have. */
export function requireUsual(path: Path, stats: Pick<Stats, "isFile" | "size">): void {
	if (!stats.isFile()) throw new Failure("state-not-regular", { path: showPath(path) });
	if (stats.size > mostStateBytes) throw new Failure("state-too-large", { path: showPath(path), bytes: stats.size });
}

/** For `catch`: a link, or a socket or device that cannot be opened, is no regular file. */
function refuseNoFile(path: Path): (error: unknown) => never {
	return (error) => {
		throw ["ELOOP", "ENXIO"].includes(errorName(error) ?? "")
			? new Failure("state-not-regular", { path: showPath(path) })
			: error;
	};
}

/** Maximum bytes of a document, packed and unpacked. A longer one is no manual page of a service. */
const longest = 4 * 1024 * 1024;

/** Documentation on this machine. Unreadable files count as absent. */
export function systemDocuments(files: Pick<Files, "read" | "resolve">): Documents {
	return {
		text(path) {
			const real = files.resolve(path);
			const content = real === undefined ? undefined : files.read(real, longest);
			if (content === undefined) return undefined;
			if (!real?.endsWith(".gz")) return content.toString("utf8");
			return attempt(() => gunzipSync(content, { maxOutputLength: longest }).toString("utf8"));
		},
	};
}

interface StateFile {
	/** The value of `schema` that this version writes, such as `cagewright/cage/1`. */
	readonly schema?: string;
	/** The failure if the file is damaged. */
	readonly code?: FailureCode;
}

/**
 * What `decode` makes of one of our own files. Undefined if there is none. If `decode` throws or returns undefined, throws
 * `state-newer` for a newer schema, otherwise `state-damaged` or another code (exit 1).
 */
export async function readState<T>(
	file: Path,
	decode: (content: Buffer) => T | undefined | Promise<T>,
	{ code = "state-damaged", schema }: StateFile = {},
): Promise<T | undefined> {
	let content: Buffer;
	try {
		content = await readBytes(file);
	} catch (error) {
		if (isMissing(error)) return undefined;
		if (error instanceof Failure) throw new Failure(code, { path: showPath(file) }, 1, error);
		// A file that cannot be read is not damaged, and replacing the cage would not help.
		throw errorName(error) === "EIO" ? new Failure("disk-error", { path: showPath(file) }) : error;
	}
	try {
		const value = await decode(content);
		if (value !== undefined) return value;
	} catch {
		// The same as undefined.
	}
	if (schema !== undefined && hasNewerSchema(content, schema)) throw new Failure("state-newer", { path: showPath(file) });
	throw new Failure(code, { path: showPath(file) });
}

function hasNewerSchema(content: Buffer, schema: string): boolean {
	const found = attempt(() => Object(JSON.parse(String(content))).schema);
	const [kind, number] = splitSchema(schema);
	const [foundKind, foundNumber] = splitSchema(String(found));
	return foundKind === kind && Number(foundNumber) > Number(number);
}

const splitSchema = (schema: string) => /^(.*\/)(\d{1,9})$/.exec(schema)?.slice(1) ?? [];

export function readJson<T extends v.GenericSchema>(
	file: Path,
	schema: T,
	stateFile?: StateFile,
): Promise<v.InferOutput<T> | undefined> {
	return readState(file, (content) => v.parse(schema, JSON.parse(String(content))), stateFile);
}

/**
 * Writes a file so that at any moment, even after a power cut, it is the old or the new one. Its directory must be writable only
 * by us. Throws `disk-full`, `read-only-file-system`, `not-permitted` or `cannot-write`.
 */
export async function writeAtomic(path: Path, content: string | Uint8Array, mode = 0o600): Promise<void> {
	await replace(path, async (temporary) => {
		await using file = await openNew(temporary);
		await fill(file, content, mode);
	});
}

/** The same; leaves a file with this content as it is. */
export async function writeUnlessEqual(path: Path, content: Uint8Array, mode: number): Promise<void> {
	const there = await readBytes(path).catch(() => undefined);
	if (!there?.equals(content)) await writeAtomic(path, content, mode);
}

export async function writeJson(path: Path, value: unknown): Promise<void> {
	await writeAtomic(path, `${JSON.stringify(value)}\n`);
}

/** Replaces a link in the same way. */
export async function linkAtomic(path: Path, target: Path): Promise<void> {
	await replace(path, (temporary) => symlink(pathToBytes(target), pathToBytes(temporary)));
}

async function replace(path: Path, make: (temporary: Path) => Promise<void>): Promise<void> {
	const temporary = join(parent(path), transientName("tmp"));
	try {
		await make(temporary);
		await rename(pathToBytes(temporary), pathToBytes(path));
		await syncDirectory(parent(path));
	} catch (error) {
		await unlink(pathToBytes(temporary)).catch(() => undefined);
		throw writeFailure(error, path);
	}
}

async function fill(file: FileHandle, content: string | Uint8Array, mode: number): Promise<void> {
	await file.writeFile(content);
	await file.chmod(mode);
	await file.sync();
}
