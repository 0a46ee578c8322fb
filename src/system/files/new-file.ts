import { type FileHandle, mkdir, rename } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { transientName } from "../state/process-identity.ts";
import { exists } from "./descriptor.ts";
import { openPlace, outputFailure, type Place, publishNew, withTemporary } from "./place.ts";
import { removeTree } from "./remove.ts";

/**
 * Creates a file that only its owner can read. It gets its name after the work, so it appears whole, and a failure leaves nothing.
 * Throws `file-exists` or `no-such-directory` (exit 2).
 */
export async function withNewFile<T>(path: Path, work: (file: FileHandle, hidden: HiddenFile) => Promise<T>): Promise<T> {
	await using place = await openPlace(path);
	await requireAbsent(place);
	return await withTemporary(place, async (file, temporary) => {
		const result = await work(file, { path: temporary, beside: (name) => place.at(name) });
		await file.sync();
		await publishNew(place, temporary);
		return result;
	});
}

/** A file that has no name of its own yet. Its paths are also for programs that we start. */
interface HiddenFile {
	readonly path: Path;
	/** Another name in the same directory. */
	beside(name: string): Path;
}

/** Creates a folder in the same way. Its work gets the path of the folder without a name. */
export async function withNewFolder(path: Path, work: (folder: Path) => Promise<void>): Promise<void> {
	await using place = await openPlace(path);
	await requireAbsent(place);
	const folder = place.at(transientName("tmp"));
	try {
		await mkdir(pathToBytes(folder), { mode: 0o700 });
		await work(folder);
		// rename(2) replaces an empty folder and nothing else.
		await rename(pathToBytes(folder), pathToBytes(place.at(place.name)));
	} catch (error) {
		await removeTree(folder);
		throw outputFailure(error, place.path);
	}
}

async function requireAbsent(place: Place): Promise<void> {
	if (await exists(place.at(place.name))) throw new Failure("file-exists", { path: showPath(place.path) }, 2);
}

/** Throws `file-exists` or `no-such-directory` (exit 2), before long work. */
export async function requireNewPlace(path: Path): Promise<void> {
	await using place = await openPlace(path);
	await requireAbsent(place);
}

/** Writes text to a new file in the same way. */
export function writeNewFile(path: Path, text: string): Promise<void> {
	return withNewFile(path, (file) => file.writeFile(text));
}
