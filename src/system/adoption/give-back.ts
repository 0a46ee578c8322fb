import { randomBytes } from "node:crypto";
import { type FileHandle, readdir, rename, rmdir } from "node:fs/promises";
import type { ReturnStage } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { below, makeDirectory, openBelow, openDirectory } from "../files/descriptor.ts";
import { errorName, writeFailure } from "../files/errors.ts";
import { exists } from "../files/merge.ts";
import { openData, withSource } from "../files/mounts.ts";
import { removeTree } from "../files/remove.ts";
import { runIn } from "../files/tools.ts";
import { copyTree, setOwner, type TreeCopy } from "../files/trees.ts";

/**
 * Gives a directory of the host the content that it has in a cage. The directory itself stays what it is, with its owner and mode, for it
 * may be a mount point. In a folder that root alone can enter, within it because a rename must not leave the file system:
 * - `new`: the copy, before it counts;
 * - `moving`: the host's content, while it is being moved there: what is still outside is the host's as well;
 * - `old`: all of it: what is outside comes from the cage.
 * So it can be told at any moment, also after a kill, which side every name is from. All of it is walked by descriptor.
 */
const [fresh, moving, old, undone] = ["new", "moving", "old", "undone"] as Path[] as [Path, Path, Path, Path];

/** A name that nobody can have put there before. */
export function newStageName(): Path {
	return `.cagewright-release-${randomBytes(12).toString("hex")}` as Path;
}

/** Makes the folder, and the place where the host has none; tells its inode, by which it is known from then on. */
export async function makeStage(data: Path, place: Path, name: Path): Promise<string> {
	const source = await openContent(data, place);
	try {
		const target = await openPlace(place, async (made) => setOwner(made, await source.stat(), true));
		try {
			if (!(await makeDirectory(below(target, name)))) throw changed(place, name);
			const stage = await openDirectory(below(target, name));
			try {
				return String((await stage.stat({ bigint: true })).ino);
			} finally {
				await stage.close();
			}
		} finally {
			await target.close();
		}
	} finally {
		await source.close();
	}
}

/** Copies the cage's content of the place beside the host's. The application is stopped on both sides. */
export async function prepare(data: Path, place: Path, known: ReturnStage, signal: AbortSignal): Promise<void> {
	const source = await openContent(data, place);
	try {
		const target = await openPlace(place);
		try {
			const stage = await openStage(target, place, known);
			if (stage === undefined) throw changed(place, known.name);
			try {
				await makeDirectory(below(stage, fresh));
				const into = await openDirectory(below(stage, fresh));
				const job: TreeCopy = { isRoot: true, reflinks: new Set(), signal, skipped: [], unstable: [] };
				try {
					for (const name of await names(source)) {
						await copyTree(job, below(source, name), below(into, name), join(place, name));
					}
				} finally {
					await into.close();
				}
				await runIn(stage, "sync", ["-f", "."], signal);
			} finally {
				await stage.close();
			}
		} finally {
			await target.close();
		}
	} finally {
		await source.close();
	}
}

/** Puts the copy in the place of the host's content, which stays aside until `finish`. */
export async function swap(place: Path, known: ReturnStage): Promise<void> {
	const isThere = await withStage(place, known, async (target, stage) => {
		await makeDirectory(below(stage, moving));
		await moveAll(target, stage, moving, known, "out");
		await rename(pathToBytes(below(stage, moving)), pathToBytes(below(stage, old)));
		await stage.sync();
		await moveAll(target, stage, fresh, known, "in");
		await target.sync();
	});
	if (!isThere) throw changed(place, known.name);
}

/** Makes it the host's content again, however far the swap had come. */
export async function undo(place: Path, known: ReturnStage): Promise<void> {
	// Nothing is moved before the inode is known.
	if (known.inode === undefined) return finish(place, known);
	await withStage(place, known, async (target, stage) => {
		if (await exists(below(stage, old))) {
			await makeDirectory(below(stage, undone));
			await moveAll(target, stage, undone, known, "out");
			await rename(pathToBytes(below(stage, old)), pathToBytes(below(stage, moving)));
			await stage.sync();
		}
		if (await exists(below(stage, moving))) await moveAll(target, stage, moving, known, "in");
		await target.sync();
		await removeStage(target, stage, known);
	});
}

/** Lets go of what was kept aside. A folder that is not ours stays as it is. */
export async function finish(place: Path, known: ReturnStage): Promise<void> {
	try {
		await withStage(place, known, (target, stage) => removeStage(target, stage, known));
	} catch (error) {
		if (!(error instanceof Failure) || error.code !== "release-stage-changed") throw error;
	}
}

/** Emptied by its descriptor: whatever has its name by then is only removed if it is empty. */
async function removeStage(target: FileHandle, stage: FileHandle, { name }: ReturnStage): Promise<void> {
	for (const child of await names(stage)) await removeTree(below(stage, child));
	await rmdir(pathToBytes(below(target, name)));
}

/** A directory that the host did not have is taken away again, if it is empty. */
export async function removeMade(place: Path): Promise<void> {
	await rmdir(pathToBytes(place)).catch((error: unknown) => {
		if (!["ENOENT", "ENOTEMPTY"].includes(errorName(error) ?? "")) throw writeFailure(error, place);
	});
}

/** False where there is no stage (any more). */
async function withStage(
	place: Path,
	known: ReturnStage,
	work: (target: FileHandle, stage: FileHandle) => Promise<void>,
): Promise<boolean> {
	if (!(await exists(place))) return false;
	const target = await openPlace(place);
	try {
		const stage = await openStage(target, place, known);
		if (stage === undefined) return false;
		try {
			await work(target, stage);
		} finally {
			await stage.close();
		}
		return true;
	} catch (error) {
		throw writeFailure(error, place);
	} finally {
		await target.close();
	}
}

/**
 * The folder that we made, or none. Throws `release-stage-changed` (exit 4) for any other: one that was made before its inode was written
 * down is ours only while it is empty. A device number may be another after a boot, so that it is compared with the place's.
 */
async function openStage(target: FileHandle, place: Path, { inode, name }: ReturnStage): Promise<FileHandle | undefined> {
	if (!(await exists(below(target, name)))) return undefined;
	const stage = await openDirectory(below(target, name)).catch((error: unknown) => {
		throw ["ENOTDIR", "ELOOP"].includes(errorName(error) ?? "") ? changed(place, name) : error;
	});
	try {
		const { dev, ino, mode, uid } = await stage.stat({ bigint: true });
		// The setgid bit comes from the place (inode(7)).
		const isPrivate = uid === 0n && (mode & 0o777n) === 0o700n && dev === (await target.stat({ bigint: true })).dev;
		const isOurs = inode === undefined ? (await names(stage)).length === 0 : String(ino) === inode;
		if (!isPrivate || !isOurs) throw changed(place, name);
		return stage;
	} catch (error) {
		await stage.close();
		throw error;
	}
}

/** Moves every name but our own between the directory (`out` of it, or `in`) and a folder of the stage. */
async function moveAll(
	target: FileHandle,
	stage: FileHandle,
	folder: Path,
	{ name: own }: ReturnStage,
	way: "in" | "out",
): Promise<void> {
	const other = await openDirectory(below(stage, folder));
	try {
		const [from, to] = way === "out" ? [target, other] : [other, target];
		for (const name of await names(from)) {
			if (from === target && name === own) continue;
			await rename(pathToBytes(below(from, name)), pathToBytes(below(to, name)));
		}
		await other.sync();
	} finally {
		await other.close();
	}
}

async function names(directory: FileHandle): Promise<Path[]> {
	return (await readdir(pathToBytes(below(directory)), { encoding: "buffer" })).map(pathFromBytes);
}

/** What the cage has in the place. Throws `data-unsafe` and `data-gone` (exit 4). */
function openContent(data: Path, place: Path): Promise<FileHandle> {
	return withSource(openData(data, place), openDirectory);
}

/** No component of the way may be a link; the last one is made where it is missing. */
async function openPlace(place: Path, made?: (directory: FileHandle) => Promise<void>): Promise<FileHandle> {
	const top = await openDirectory("/" as Path);
	try {
		const above = await openBelow(top, parent(place).split("/").filter(Boolean) as Path[]);
		try {
			return await openBelow(above, [place.slice(place.lastIndexOf("/") + 1) as Path], made);
		} finally {
			await above.close();
		}
	} catch (error) {
		const name = errorName(error);
		if (name === "ENOTDIR" || name === "ELOOP") throw new Failure("release-place-changed", { path: shown(place) }, 4);
		throw writeFailure(error, place);
	} finally {
		await top.close();
	}
}

function changed(place: Path, name: Path): Failure {
	return new Failure("release-stage-changed", { path: showPath(join(place, name)) }, 4);
}

function shown(place: Path): string {
	return showPath(place);
}
