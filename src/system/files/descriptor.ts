import { constants, readlinkSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";

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
