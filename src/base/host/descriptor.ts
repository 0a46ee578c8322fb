import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../path/path.ts";
import { errorName, ifMissing } from "./errors.ts";

/** O_PATH of open(2), which Node does not name: needs no read permission, and does not touch devices. */
export const pathOnly = 0o10000000;

/**
 * Node has no openat(2), so a name below an open directory is `/proc/self/fd/N/name`. The descriptor stays the same directory
 * even if its name is replaced by a link.
 */
export function below(directory: FileHandle | number, name?: Path): Path {
	const place = `/proc/self/fd/${typeof directory === "number" ? directory : directory.fd}`;
	return (name === undefined ? place : `${place}/${name}`) as Path;
}

/** The path of an open file, also for programs that we start. /proc may be that of another PID namespace, with another number. */
export function descriptorPath({ fd }: FileHandle): Path {
	return `/proc/${readlinkSync("/proc/self")}/fd/${fd}` as Path;
}

/** Opens the directory itself: a link fails with ELOOP or ENOTDIR. */
export function openDirectory(path: Path): Promise<FileHandle> {
	return open(pathToBytes(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** Opens a file without following a link and without waiting for a FIFO's other end. The caller must check its kind. */
export function openForReading(path: Path): Promise<FileHandle> {
	const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
	return open(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/** Creates a new file: an existing one, or a link, fails with EEXIST. */
export function openNew(path: Path): Promise<FileHandle> {
	const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
	return open(pathToBytes(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

/** The kernel's path of an open file; ends in ` (deleted)` if it has no name any more. */
export function nameOf(file: FileHandle): Path {
	return pathFromBytes(readlinkSync(`/proc/self/fd/${file.fd}`, { encoding: "buffer" }));
}

/** The component that a path cannot go beyond: missing, a link, or no directory. */
export interface WayEnd {
	/** Index into the names; -1 is `top` itself. */
	readonly index: number;
	/** errno(3): ENOENT, or ELOOP and ENOTDIR if it is no directory. */
	readonly error: string;
}

/**
 * Opens a directory by its names below `top`, each in the one before, and returns its descriptor, which the caller closes.
 * Follows no link and never leaves `top`, even if a component is swapped, like RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS of
 * openat2(2), which Node does not have. `top` itself must be a directory; links above it are the caller's business. Throws what
 * `fail` returns.
 */
export function openWay(top: Path, names: readonly Path[], fail: (end: WayEnd) => Error): number {
	let current = openStep(top, -1, fail);
	for (const [index, name] of names.entries()) {
		try {
			if (name === "" || name === "." || name === ".." || name.includes("/")) throw fail({ index, error: "EINVAL" });
			const next = openStep(join(`/proc/self/fd/${current}` as Path, name), index, fail);
			closeSync(current);
			current = next;
		} catch (error) {
			closeSync(current);
			throw error;
		}
	}
	return current;
}

function openStep(place: Path, index: number, fail: (end: WayEnd) => Error): number {
	try {
		return openSync(pathToBytes(place), pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	} catch (error) {
		throw fail({ index, error: errorName(error) ?? "EIO" });
	}
}

/** The names in an open directory. */
export async function namesIn(directory: FileHandle): Promise<Path[]> {
	return (await readdir(pathToBytes(below(directory)), { encoding: "buffer" })).map(pathFromBytes);
}

/** The names in a directory, or none if there is no directory. */
export async function list(directory: Path): Promise<Path[]> {
	return (await readdir(pathToBytes(directory), { encoding: "buffer" }).catch(ifMissing([]))).map(pathFromBytes);
}

/** The same, but a file in place of the directory or above it is an error. */
export async function listDirectory(directory: Path): Promise<Path[]> {
	const names = await readdir(pathToBytes(directory), { encoding: "buffer" }).catch((error: unknown) => {
		if (errorName(error) !== "ENOENT") throw error;
		return [];
	});
	return names.map(pathFromBytes);
}

/** The same as `list`, also none if the directory cannot be read. */
export function listIfReadable(directory: Path): Promise<Path[]> {
	return list(directory).catch(() => []);
}

export async function exists(path: Path): Promise<boolean> {
	return (await lstat(pathToBytes(path)).catch(ifMissing(undefined))) !== undefined;
}

/** The components of a path. */
export function namesOf(path: Path): Path[] {
	return path.split("/").filter(Boolean) as Path[];
}

/** Whether the error means that a component is not a directory. */
export function isNoDirectory(error: string | undefined): boolean {
	return error === "ENOTDIR" || error === "ELOOP";
}

/**
 * Opens a directory some levels below another, one level at a time, so that no level may be a link. With `made`, creates missing
 * levels and calls it for each.
 */
export async function openBelow(
	top: FileHandle,
	names: readonly Path[],
	made?: (directory: FileHandle, depth: number) => Promise<void>,
): Promise<FileHandle> {
	let current = await openDirectory(`${below(top)}/.` as Path);
	for (const [index, name] of names.entries()) {
		const path = below(current, name);
		try {
			const isNew = made !== undefined && (await makeDirectory(path));
			const next = await openDirectory(path);
			await current.close();
			current = next;
			if (isNew) await made?.(current, index);
		} catch (error) {
			await current.close();
			throw error;
		}
	}
	return current;
}

/** Returns true if it was created, false if something was there. */
export async function makeDirectory(path: Path, mode = 0o700): Promise<boolean> {
	try {
		await mkdir(pathToBytes(path), mode);
		return true;
	} catch (error) {
		if (errorName(error) === "EEXIST") return false;
		throw error;
	}
}

/** Syncs a directory, so that a rename in it survives a power cut. */
export async function syncDirectory(path: Path): Promise<void> {
	await using directory = await openDirectory(path);
	await directory.sync();
}
