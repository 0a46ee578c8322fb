import { type FileHandle, lstat, rename, rmdir } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { below, isNoDirectory, makeDirectory, namesIn, namesOf, openBelow, openDirectory } from "../../base/host/descriptor.ts";
import { errorName, ifMissing, unsafeData, writeFailure } from "../../base/host/errors.ts";
import { ancestors, baseName, isWithin, join, type Path, parent, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { separateDataName } from "../layout.ts";

/**
 * Where a writable directory's state is stored when generations mount different directories. The state of PATH is at `data/PATH`,
 * and no directory above it was ever writable by the application, because systemd follows links to what it mounts. If a
 * generation mounts `/a/b` and an earlier one mounted `/a`, all of `data/a` moves to `data/.cagewright-apart/a`, and `data/a/b`
 * returns from there below new directories of root. If a generation mounts `/a` again, the content of `data/a` moves back into
 * the other one, which becomes `data/a` again. Every step is a rename that can be repeated from any state in between: the next
 * call finishes what a kill interrupted, even for other roots.
 */
export interface Arrangement {
	/** `STATE/cages/NAME/data`. */
	readonly data: Path;
	/** Directories to mount, none inside another. */
	readonly roots: readonly Path[];
	/** Directories that other generations mount. */
	readonly others: readonly Path[];
}

/** Directories of other generations that contain a root: the application could have put links into them. */
function rootsAbove(roots: readonly Path[], others: readonly Path[]): Path[] {
	return [...new Set(others)]
		.filter((other) => roots.some((one) => one !== other && isWithin(one, other)))
		.sort((a, b) => a.length - b.length);
}

/** Returns false if everything is in place. */
export async function isToBeArranged({ data, others, roots }: Arrangement): Promise<boolean> {
	await using top = await openTop(data);
	if (top === undefined) return false;
	for (const above of rootsAbove(roots, others)) {
		if ((await isDirectory(top, above)) && !(await isDirectory(top, apart(above)))) return true;
	}
	for (const one of roots) if (await isDirectory(top, apart(one))) return true;
	return false;
}

/**
 * Moves each root's state to its place. No process of the cage may have a directory above a root mounted. Throws `unsafe-data`
 * (exit 4) if a root is a link or a file, and `data-twice` (exit 4) if both places have the same name; nothing is lost then.
 */
export async function arrangeData({ data, others, roots }: Arrangement): Promise<void> {
	await using top = await openTop(data);
	if (top === undefined) return;
	try {
		for (const above of rootsAbove(roots, others)) {
			if (!(await isDirectory(top, above)) || (await isDirectory(top, apart(above)))) continue;
			for (const one of roots) if (isWithin(one, above) && !(await isDirectory(top, one))) throw unsafeData(one);
			await move(top, above, apart(above));
		}
		for (const one of roots) if (await isDirectory(top, apart(one))) await bringBack(top, one);
	} catch (error) {
		throw writeFailure(error, data);
	}
}

/** Brings back roots that have nothing at their place, for a generation under trial. */
export async function bringBackMissing(data: Path, roots: readonly Path[]): Promise<void> {
	await using top = await openTop(data);
	if (top === undefined) return;
	try {
		for (const one of roots) {
			if ((await isDirectory(top, apart(one))) && !(await isThere(top, one))) await bringBack(top, one);
		}
	} catch (error) {
		throw writeFailure(error, data);
	}
}

/** If both places have content, the application's own directory stays and receives the content of the other. */
async function bringBack(top: FileHandle, path: Path): Promise<void> {
	if (await isDirectory(top, path)) {
		const isOurs = await isPlain(top, apart(path));
		const [from, to] = isOurs ? [apart(path), path] : [path, apart(path)];
		await mergeInto(top, from, to);
		await removeEmpty(top, from);
		if (isOurs) return removeEmptyAbove(top, from);
	}
	await move(top, apart(path), path);
	await removeEmptyAbove(top, apart(path));
}

const apart = (path: Path) => `/${separateDataName}${path}` as Path;

async function openTop(data: Path): Promise<FileHandle | undefined> {
	try {
		return await openDirectory(data);
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		if (isNoDirectory(errorName(error))) throw unsafeData(data);
		throw error;
	}
}

/** Runs work in the directory that contains a name. Returns undefined if there is none. Follows no link. */
async function inParent<T>(
	top: FileHandle,
	path: Path,
	work: (place: Path, directory: FileHandle) => Promise<T>,
): Promise<T | undefined> {
	let directory: FileHandle;
	try {
		directory = await openBelow(top, namesOf(parent(path)));
	} catch (error) {
		const name = errorName(error);
		if (name === "ENOENT" || isNoDirectory(name)) return undefined;
		throw error;
	}
	try {
		return await work(below(directory, baseName(path)), directory);
	} finally {
		await directory.close();
	}
}

async function statusOf(top: FileHandle, path: Path) {
	return inParent(top, path, (place) => lstat(pathToBytes(place)).catch(ifMissing(undefined)));
}

async function isThere(top: FileHandle, path: Path): Promise<boolean> {
	return (await statusOf(top, path)) !== undefined;
}

async function isDirectory(top: FileHandle, path: Path): Promise<boolean> {
	return (await statusOf(top, path))?.isDirectory() ?? false;
}

/** Whether it looks like a directory that we created as a parent. */
async function isPlain(top: FileHandle, path: Path): Promise<boolean> {
	const stats = await statusOf(top, path);
	return stats !== undefined && stats.uid === process.geteuid?.() && (stats.mode & 0o7777) === 0o755;
}

/** Creates missing parents. Checks the kind after the move, where no application can interfere. */
async function move(top: FileHandle, from: Path, to: Path): Promise<void> {
	await makeAbove(top, to);
	const moved = await inParent(top, from, (source, old) =>
		inParent(top, to, async (target, directory) => {
			await rename(pathToBytes(source), pathToBytes(target));
			if (!(await lstat(pathToBytes(target))).isDirectory()) {
				await rename(pathToBytes(target), pathToBytes(source));
				throw unsafeData(to);
			}
			await directory.sync();
			await old.sync();
			return true;
		}),
	);
	if (!moved) throw unsafeData(to);
}

async function makeAbove(top: FileHandle, path: Path): Promise<void> {
	for (const above of ancestors(path)) {
		await inParent(top, above, async (place) => {
			if (!(await makeDirectory(place, 0o700))) return;
			await using made = await openDirectory(place);
			// The folder for moved state stays private.
			if (above !== `/${separateDataName}`) await made.chmod(0o755);
		});
	}
}

async function mergeInto(top: FileHandle, from: Path, to: Path): Promise<void> {
	for (const name of await inDirectory(top, from, namesIn)) {
		const [source, target] = [join(from, name), join(to, name)];
		if (!(await isThere(top, target))) {
			await inParent(top, source, (old) => inParent(top, target, (place) => rename(pathToBytes(old), pathToBytes(place))));
			continue;
		}
		if (!(await isDirectory(top, source)) || !(await isDirectory(top, target))) {
			throw new Failure("data-twice", { path: showPath(source), other: showPath(target) }, 4);
		}
		await mergeInto(top, source, target);
		await removeEmpty(top, source);
	}
	await inDirectory(top, to, (directory) => directory.sync());
}

async function inDirectory<T>(top: FileHandle, path: Path, work: (directory: FileHandle) => Promise<T>): Promise<T> {
	await using directory = await openBelow(top, namesOf(path));
	return await work(directory);
}

async function removeEmpty(top: FileHandle, path: Path): Promise<void> {
	await inParent(top, path, (place) => rmdir(pathToBytes(place)));
}

/** Removes empty parents that we created. The application's own directories have another owner or mode and stay. */
async function removeEmptyAbove(top: FileHandle, path: Path): Promise<void> {
	for (const above of ancestors(path).reverse()) {
		if (above !== `/${separateDataName}` && !(await isPlain(top, above))) return;
		try {
			await removeEmpty(top, above);
		} catch (error) {
			if (errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST") return;
			throw error;
		}
	}
}
