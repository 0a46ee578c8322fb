import { closeSync, constants } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import { Failure } from "../failure.ts";
import { baseName, join, type Path, parent, pathToBytes, root } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { below, descriptorPath, exists, namesOf, openNew, openWay, pathOnly, syncDirectory } from "./descriptor.ts";
import { errorName, ifMissing, writeFailure } from "./errors.ts";
import { look, targetOf, withoutLinks } from "./folder.ts";
import { transientName } from "./processes.ts";
import { removeTree } from "./remove.ts";

/**
 * A place for something that a user named: a name in an open directory, which stays the same directory even if a part of its path
 * is replaced meanwhile.
 */
export interface Place extends AsyncDisposable {
	/** Without links in its directory. For messages. */
	readonly path: Path;
	readonly name: Path;
	readonly directory: FileHandle;
	/** The path of a name in the directory, also for programs that we start. */
	at(name: Path | string): Path;
}

/**
 * Returns the path without links in its directory. Only links of root and of the current user are followed, because any other could
 * lead root anywhere. Throws `output-link-above` (exit 4) or `no-such-directory` (exit 2).
 */
export function realOutput(path: Path): Path {
	const directory = withoutLinks(parent(path), (part) => {
		const stats = look(part);
		if (!stats.isSymbolicLink()) return undefined;
		const target = targetOf(part);
		if (stats.uid === 0 || stats.uid === process.geteuid?.()) return target;
		throw new Failure("output-link-above", { path: showPath(part), target: showPath(target) }, 4);
	});
	return join(directory, baseName(path));
}

/** Throws like `realOutput`. */
export async function openPlace(path: Path): Promise<Place> {
	const real = realOutput(path);
	const above = showPath(parent(real));
	const descriptor = openWay(root, namesOf(parent(real)), ({ error }) =>
		error === "EACCES"
			? new Failure("not-permitted", { path: above, error }, 3)
			: new Failure("no-such-directory", { path: above }, 2),
	);
	const opened = open(pathToBytes(`${below(descriptor)}/.` as Path), pathOnly | constants.O_DIRECTORY);
	const directory = await opened.finally(() => closeSync(descriptor));
	const at = (name: Path | string) => join(descriptorPath(directory), name);
	return { path: real, name: baseName(real), directory, at, [Symbol.asyncDispose]: () => directory.close() };
}

/** Works with a hidden new file in the directory, accessible only to its owner. A failure removes it. */
export async function withTemporary<T>(place: Place, work: (file: FileHandle, temporary: Path) => Promise<T>): Promise<T> {
	const temporary = place.at(transientName("tmp"));
	try {
		await using file = await openNew(temporary);
		return await work(file, temporary);
	} catch (error) {
		await unlink(pathToBytes(temporary)).catch(() => {});
		throw outputFailure(error, place.path);
	}
}

/** File systems without hard links: FAT and some network file systems. */
const noLinks: readonly (string | undefined)[] = ["EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS"];

/** Gives a finished file its name. Throws `file-exists` (exit 2) rather than replace what has appeared there. */
export async function publishNew(place: Place, temporary: Path): Promise<void> {
	const name = place.at(place.name);
	const there = new Failure("file-exists", { path: showPath(place.path) }, 2);
	try {
		await link(pathToBytes(temporary), pathToBytes(name));
	} catch (error) {
		if (errorName(error) === "EEXIST") throw there;
		if (!noLinks.includes(errorName(error))) throw error;
		if (await exists(name)) throw there;
		await rename(pathToBytes(temporary), pathToBytes(name));
	}
	await unlink(pathToBytes(temporary)).catch(() => {});
	await syncPlace(place);
}

/** Replaces the file that `present` identifies. Throws `output-changed` (exit 1) if another one has taken its place. */
export async function publishInstead(place: Place, temporary: Path, present: { dev: bigint; ino: bigint }): Promise<void> {
	const name = place.at(place.name);
	const now = await lstat(pathToBytes(name), { bigint: true }).catch(ifMissing(undefined));
	if (now?.dev !== present.dev || now.ino !== present.ino) throw new Failure("output-changed", { path: showPath(place.path) }, 1);
	await rename(pathToBytes(temporary), pathToBytes(name));
	await syncPlace(place);
}

/** A directory that cannot be read, or a file system that does not sync directories. */
const notSynced: readonly (string | undefined)[] = ["EACCES", "EINVAL"];

async function syncPlace(place: Place): Promise<void> {
	await syncDirectory(place.at(".")).catch((error: unknown) => {
		if (!notSynced.includes(errorName(error))) throw error;
	});
}

/** The failure for an error while writing a file that the user named. Other errors pass through. */
export function outputFailure(error: unknown, path: Path): unknown {
	const shown = { path: showPath(path) };
	if (errorName(error) === "EROFS") return new Failure("output-read-only", shown, 3);
	// chattr(1) protects files and directories even from root.
	if (errorName(error) === "EPERM" && process.geteuid?.() === 0) return new Failure("output-protected", shown, 3);
	return writeFailure(error, path);
}

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
