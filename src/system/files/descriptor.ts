import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { errorName } from "./errors.ts";

// open(2); Node has no name for it. Neither reading a directory nor the right to do so is needed to go through it.
const O_PATH = 0o10000000;

/**
 * Node has no openat(2): a name below an open directory is `/proc/self/fd/N/name`. The directory cannot be swapped for a link
 * meanwhile, because the descriptor stays what it was.
 */
export function below(directory: FileHandle, name?: Path): Path {
	return (name === undefined ? `/proc/self/fd/${directory.fd}` : `/proc/self/fd/${directory.fd}/${name}`) as Path;
}

/** Opens a directory itself: a link in its place fails with ELOOP or ENOTDIR. */
export function openDirectory(path: Path): Promise<FileHandle> {
	return open(pathToBytes(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** Opens a file without following a link and without waiting for the other end of a FIFO; whatever it is must be looked at then. */
export function openForReading(path: Path): Promise<FileHandle> {
	const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
	return open(pathToBytes(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/** Makes a file that was not there: an existing one, or a link, fails with EEXIST. */
export function openNew(path: Path): Promise<FileHandle> {
	const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
	return open(pathToBytes(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

/** Where the kernel says that an open file is; ends in ` (deleted)` if it has no name any more. */
export function nameOf(file: FileHandle): Path {
	return pathFromBytes(readlinkSync(`/proc/self/fd/${file.fd}`, { encoding: "buffer" }));
}

/** The place at which a way ends, because it is missing, a link, or no directory. */
export interface WayEnd {
	/** Index into the names; -1 is `top` itself. */
	readonly index: number;
	/** errno(3): ENOENT, or ELOOP and ENOTDIR for what is no directory. */
	readonly error: string;
}

/**
 * Opens a directory by its names below `top`, each in the one before, and returns its descriptor, which the caller closes. No link is followed and nothing
 * outside of `top` is reached, whatever is swapped meanwhile: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS of openat2(2), which Node does not have. `top`
 * itself must be a directory; links above it are the caller's. Throws what `fail` returns.
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
		return openSync(pathToBytes(place), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	} catch (error) {
		throw fail({ index, error: errorName(error) ?? "EIO" });
	}
}

/** Names of a path, from its first component on. */
export function namesOf(path: Path): Path[] {
	return path.split("/").filter(Boolean) as Path[];
}

/** True for the error of a way that ends at something else than a directory. */
export function isNoDirectory(error: string | undefined): boolean {
	return error === "ENOTDIR" || error === "ELOOP";
}

/** Opens a directory some levels below another, one level after the other, so that no level may be a link. `made` sees what had to be made. */
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

/** True if it was made, false if something was there. */
export async function makeDirectory(path: Path, mode = 0o700): Promise<boolean> {
	try {
		await mkdir(pathToBytes(path), mode);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Writes a directory's names to disk: a rename is only then sure to be there after a power cut. */
export async function syncDirectory(path: Path): Promise<void> {
	const directory = await openDirectory(path);
	try {
		await directory.sync();
	} finally {
		await directory.close();
	}
}
