import { unlink } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { pathFromText, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { openNew } from "./descriptor.ts";
import { errorName, writeFailure } from "./errors.ts";

/**
 * Writes a text to a new file that its owner alone may read, at a path as a user types it. What is there is never written over, and no link
 * is followed. Returns the absolute path. Fails with `file-exists` (exit 4), or as `writeFailure` says.
 */
export async function writeNewFile(place: string, text: string): Promise<string> {
	const absolute = resolve(place);
	const path = pathFromText(absolute);
	let file: Awaited<ReturnType<typeof openNew>>;
	try {
		file = await openNew(path);
	} catch (error) {
		if (errorName(error) === "EEXIST") throw new Failure("file-exists", { path: showPath(path) }, 4);
		throw writeFailure(error, path);
	}
	try {
		await file.writeFile(text);
		await file.sync();
	} catch (error) {
		await unlink(pathToBytes(path)).catch(() => undefined);
		throw writeFailure(error, path);
	} finally {
		await file.close();
	}
	return absolute;
}
