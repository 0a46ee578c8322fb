import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, type FileHandle, lstat, open, readdir, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { below, openDirectory } from "./descriptor.ts";
import { errorName, writeFailure } from "./errors.ts";
import { clearFlags, pathOnly } from "./file-flags.ts";
import { refuseMounts } from "./mounts.ts";

/** Rounds through a directory to which somebody keeps adding. */
const patience = 100;
/** Names that are removed at the same time. */
const atOnce = 32;

/**
 * Removes a file or a whole directory. Follows no link, also none that somebody swaps in meanwhile, and crosses no mount: with one
 * at or below `path` it fails with `mounted-below` (exit 4) before anything is touched. True if something was there.
 *
 * Every directory is first moved to the top and emptied there: two descriptors are enough however deep the tree is, where recursion
 * would run out of them at the word of whoever made it.
 */
export async function removeTree(path: Path): Promise<boolean> {
	const name = pathToBytes(path);
	const stats = await lstat(name).catch((error: unknown) => {
		if (errorName(error) === "ENOENT") return undefined;
		throw writeFailure(error, path);
	});
	if (stats === undefined) return false;
	try {
		if (!stats.isDirectory()) await withoutFlags([path], () => unlink(name));
		else {
			await refuseMounts(join(await realPath(parent(path)), path.slice(path.lastIndexOf("/") + 1)));
			await unlock(path);
			const top = await openDirectory(path);
			try {
				await empty(top, path);
				await withoutFlags([`${below(top)}/.` as Path], () => rmdir(name));
			} finally {
				await top.close();
			}
		}
	} catch (error) {
		throw removeFailure(error, path);
	}
	return true;
}

async function realPath(path: Path): Promise<Path> {
	return pathFromBytes(await realpath(pathToBytes(path), { encoding: "buffer" }));
}

async function empty(top: FileHandle, path: Path): Promise<void> {
	const { dev } = await top.stat();
	const moved: Path[] = [];
	const prefix = `.removing-${randomBytes(6).toString("hex")}`;
	let number = 0;
	const removeOne = async (entry: Path) => {
		if (await unlinkUnlessDirectory(entry)) return;
		await unlock(entry);
		const aside = `${prefix}-${number++}` as Path;
		await rename(pathToBytes(entry), pathToBytes(below(top, aside)));
		moved.push(aside);
	};
	const removeAll = async (directory: FileHandle, entries: readonly Path[], isLastTry: boolean): Promise<void> => {
		// All of them must have ended before the descriptor is closed: its number could be another directory's soon.
		const ends = await Promise.allSettled(entries.map((name) => removeOne(below(directory, name))));
		const refused = entries.filter((_, index) => {
			const end = ends[index];
			if (end?.status !== "rejected") return false;
			if (isLastTry || errorName(end.reason) !== "EPERM") throw end.reason;
			return true;
		});
		if (!refused.length) return;
		// A flag of the directory's keeps its entries, and one of the top's keeps what is moved there.
		await clearFlags([
			...refused.map((name) => below(directory, name)),
			...[directory, top].map((one) => `${below(one)}/.` as Path),
		]);
		await removeAll(directory, refused, true);
	};
	const clear = async (directory: FileHandle) => {
		const all = await names(directory);
		for (let start = 0; start < all.length; start += atOnce) await removeAll(directory, all.slice(start, start + atOnce), false);
	};
	for (let round = 0; round < patience; round++) {
		moved.length = 0;
		await clear(top);
		if (moved.length === 0) return;
		for (let aside = moved.pop(); aside !== undefined; aside = moved.pop()) {
			const directory = await openDirectory(below(top, aside));
			try {
				// A mount that this process cannot see by name; rename(2) refuses most of them already.
				if ((await directory.stat()).dev !== dev) {
					throw new Failure("mounted-below", { path: showPath(path), mount: showPath(join(path, aside)) }, 4);
				}
				await clear(directory);
			} finally {
				await directory.close();
			}
			const place = below(top, aside);
			const left = await withoutFlags([place], () => rmdir(pathToBytes(place))).then(
				() => false,
				(error: unknown) => {
					if (errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST") return true;
					throw error;
				},
			);
			// Somebody made something new in it: once more in the next round.
			if (left) break;
		}
	}
	throw new Failure("still-in-use", { path: showPath(path) }, 1);
}

/** Tries again without the files' flags what those may have kept from being done. */
async function withoutFlags(paths: readonly Path[], work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (errorName(error) !== "EPERM") throw error;
		await clearFlags(paths);
		await work();
	}
}

async function names(directory: FileHandle): Promise<Path[]> {
	return (await readdir(pathToBytes(below(directory)), { encoding: "buffer" })).map(pathFromBytes);
}

/** unlink(2) itself tells a directory apart (EISDIR on Linux): nothing can be swapped between a look and the deed. */
async function unlinkUnlessDirectory(path: Path): Promise<boolean> {
	try {
		await unlink(pathToBytes(path));
		return true;
	} catch (error) {
		const name = errorName(error);
		if (name === "ENOENT") return true;
		if (name === "EISDIR") return false;
		throw error;
	}
}

/** Root may empty any directory; anybody else only one whose mode lets him, and a cage's directories often do not. */
async function unlock(directory: Path): Promise<void> {
	if (process.geteuid?.() === 0) return;
	const file = await open(pathToBytes(directory), pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	try {
		await chmod(below(file), 0o700);
	} finally {
		await file.close();
	}
}

function removeFailure(error: unknown, path: Path): unknown {
	const name = errorName(error);
	if (name === undefined) return error;
	if (name === "EBUSY") return new Failure("mounted-below", { path: showPath(path), mount: showPath(path) }, 4);
	return new Failure("cannot-remove", { path: showPath(path), error: name }, 1);
}
