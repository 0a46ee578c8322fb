import { type FileHandle, rename, symlink, unlink } from "node:fs/promises";
import { join, type Path, parent, pathToBytes } from "../../core/path/path.ts";
import { openNew, syncDirectory } from "../files/descriptor.ts";
import { writeFailure } from "../files/errors.ts";
import { transientName } from "./process-identity.ts";

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
