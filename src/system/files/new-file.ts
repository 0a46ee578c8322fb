import { type FileHandle, unlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, parent, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { openNew } from "./descriptor.ts";
import { errorName, failedWrite, writeFailure } from "./errors.ts";

/**
 * Creates a file that only its owner can read, and syncs it after the work. Throws `file-exists` (exit 2) if it exists. A failure
 * leaves no file.
 */
export async function withNewFile<T>(path: Path, work: (file: FileHandle) => Promise<T>): Promise<T> {
	const file = await openNewFile(path);
	try {
		const result = await work(file);
		await file.sync().catch(failedWrite(path));
		return result;
	} catch (error) {
		await unlink(pathToBytes(path)).catch(() => {});
		throw error;
	} finally {
		await file.close();
	}
}

/** Writes text to a new file in the same way. */
export function writeNewFile(path: Path, text: string): Promise<void> {
	return withNewFile(path, (file) => file.writeFile(text).catch(failedWrite(path)));
}

async function openNewFile(path: Path): Promise<FileHandle> {
	try {
		return await openNew(path);
	} catch (error) {
		if (errorName(error) === "EEXIST") throw new Failure("file-exists", { path: showPath(path) }, 2);
		if (errorName(error) === "ENOENT") throw new Failure("no-such-directory", { path: showPath(parent(path)) }, 2);
		throw writeFailure(error, path);
	}
}
