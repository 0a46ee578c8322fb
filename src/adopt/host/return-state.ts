import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, rename, rmdir } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import {
	below,
	exists,
	isNoDirectory,
	makeDirectory,
	namesIn,
	namesOf,
	openBelow,
	openDirectory,
	syncDirectory,
} from "../../base/host/descriptor.ts";
import { errorName, writeFailure } from "../../base/host/errors.ts";
import { openData, withSource } from "../../base/host/mounts.ts";
import { removeTree } from "../../base/host/remove.ts";
import { runIn } from "../../base/host/tools.ts";
import { copyTree, setOwner, type TreeCopy } from "../../base/host/trees.ts";
import { baseName, join, type Path, parent, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { ReturnStage } from "../adoption.ts";

/**
 * Replaces a host directory's content with the content from a cage. The directory itself keeps its owner and mode, because it may
 * be a mount point. The stage is a folder inside it that only root can enter, because a rename must stay in one file system:
 * - `new`: the copy, before it is used;
 * - `moving`: the host's content while it is moved there; what is still outside is the host's too;
 * - `old`: all of the host's content; what is outside comes from the cage;
 * - `undone`: the cage's content after an undo, with what the service wrote on the host.
 * So the origin of every name is known at any moment, even after a kill. All paths are walked by descriptor.
 */
const [fresh, moving, old, undone] = ["new", "moving", "old", "undone"] as Path[] as [Path, Path, Path, Path];

/** An unpredictable name, so that nobody can have created it. */
export function newStageName(): Path {
	return `.cagewright-release-${randomBytes(12).toString("hex")}` as Path;
}

/** Creates the stage, and the place if the host has none. Returns the stage's inode, which identifies it from then on. */
export async function makeStage(data: Path, place: Path, name: Path): Promise<string> {
	await using source = await openContent(data, place);
	await using target = await openPlace(place, async (made) => setOwner(made, await source.stat(), true));
	if (!(await makeDirectory(below(target, name)))) throw stageChanged(place, name);
	await using stage = await openDirectory(below(target, name));
	return String((await stage.stat({ bigint: true })).ino);
}

/** Copies the cage's content into the stage. The application must be stopped on both sides. */
export async function prepare(data: Path, place: Path, known: ReturnStage, signal: AbortSignal): Promise<void> {
	await using source = await openContent(data, place);
	await using target = await openPlace(place);
	await using stage = await openStage(target, place, known);
	if (stage === undefined) throw stageChanged(place, known.name);
	await makeDirectory(below(stage, fresh));
	await using into = await openDirectory(below(stage, fresh));
	const job: TreeCopy = { isRoot: true, reflinks: new Set(), signal, skipped: [], unstable: [] };
	for (const name of await namesIn(source)) {
		await copyTree(job, below(source, name), below(into, name), join(place, name));
	}
	await runIn(stage, "sync", ["-f", "."], signal);
}

/** Replaces the host's content with the copy. The host's content is kept until `finish`. */
export async function swap(place: Path, known: ReturnStage): Promise<void> {
	const isThere = await withStage(place, known, async (target, stage) => {
		await makeDirectory(below(stage, moving));
		await moveOut(target, stage, moving, known);
		await rename(pathToBytes(below(stage, moving)), pathToBytes(below(stage, old)));
		await stage.sync();
		await moveIn(target, stage, fresh);
		await target.sync();
	});
	if (!isThere) throw stageChanged(place, known.name);
}

/** Restores the host's content, however far the swap came. What was taken out stays in the stage until `endUndo`. */
export async function undo(place: Path, known: ReturnStage): Promise<void> {
	// Nothing is moved before the inode is known.
	if (known.inode === undefined) return finish(place, known);
	await withStage(place, known, async (target, stage) => {
		if (await exists(below(stage, old))) {
			await makeDirectory(below(stage, undone));
			await moveOut(target, stage, undone, known);
			await rename(pathToBytes(below(stage, old)), pathToBytes(below(stage, moving)));
			await stage.sync();
		}
		if (await exists(below(stage, moving))) await moveIn(target, stage, moving);
		await target.sync();
	});
}

/**
 * Removes the stage after an undo. If the service may have written to what was taken out, that moves below `kept`. Returns whether
 * anything was kept. A call that a kill interrupted can be repeated.
 */
export async function endUndo(place: Path, known: ReturnStage, kept: Path): Promise<boolean> {
	let hasKept = false;
	await withStage(place, known, async (target, stage) => {
		if (known.isUsed && (await exists(below(stage, undone)))) {
			await using from = await openDirectory(below(stage, undone));
			hasKept = (await namesIn(from)).length > 0;
			if (hasKept) await keepUndone(stage, join(kept, place.slice(1) as Path), place);
		}
		await removeStage(target, stage, known);
	});
	return hasKept;
}

/** The cage's folder may be on another file system. */
async function keepUndone(stage: FileHandle, to: Path, place: Path): Promise<void> {
	await mkdir(pathToBytes(parent(to)), { recursive: true, mode: 0o700 });
	try {
		await rename(pathToBytes(below(stage, undone)), pathToBytes(to));
	} catch (error) {
		if (errorName(error) !== "EXDEV") throw error;
		const job: TreeCopy = { isRoot: true, reflinks: new Set(), skipped: [], unstable: [] };
		await copyTree(job, below(stage, undone), to, place).catch(async (failure: unknown) => {
			await removeTree(to);
			throw failure;
		});
	}
	await syncDirectory(parent(to));
}

/** Deletes what the stage keeps. Leaves a folder that is not ours. */
export async function finish(place: Path, known: ReturnStage): Promise<void> {
	try {
		await withStage(place, known, (target, stage) => removeStage(target, stage, known));
	} catch (error) {
		if (!(error instanceof Failure) || error.code !== "release-stage-changed") throw error;
	}
}

/** Empties the stage by descriptor. A folder that has taken its name is removed only if it is empty. */
async function removeStage(target: FileHandle, stage: FileHandle, { name }: ReturnStage): Promise<void> {
	for (const child of await namesIn(stage)) await removeTree(below(stage, child));
	await rmdir(pathToBytes(below(target, name)));
}

/** Removes a directory that the host did not have, if it is empty and no mount point. */
export async function removeMade(place: Path): Promise<void> {
	await rmdir(pathToBytes(place)).catch((error: unknown) => {
		if (!["EBUSY", "ENOENT", "ENOTEMPTY"].includes(errorName(error) ?? "")) throw writeFailure(error, place);
	});
}

/** Returns false if there is no stage. */
async function withStage(
	place: Path,
	known: ReturnStage,
	work: (target: FileHandle, stage: FileHandle) => Promise<void>,
): Promise<boolean> {
	if (!(await exists(place))) return false;
	await using target = await openPlace(place);
	try {
		await using stage = await openStage(target, place, known);
		if (stage === undefined) return false;
		await work(target, stage);
		return true;
	} catch (error) {
		throw writeFailure(error, place);
	}
}

/**
 * Opens the stage, if any. Throws `release-stage-changed` (exit 4) if it is not ours; before its inode is stored, only an empty
 * folder counts as ours. The device is compared with the place's, because device numbers may change at boot.
 */
async function openStage(target: FileHandle, place: Path, { inode, name }: ReturnStage): Promise<FileHandle | undefined> {
	if (!(await exists(below(target, name)))) return undefined;
	const stage = await openDirectory(below(target, name)).catch((error: unknown) => {
		throw isNoDirectory(errorName(error)) ? stageChanged(place, name) : error;
	});
	try {
		const { dev, ino, mode, uid } = await stage.stat({ bigint: true });
		// The setgid bit is inherited from the place (inode(7)).
		const isPrivate = uid === 0n && (mode & 0o777n) === 0o700n && dev === (await target.stat({ bigint: true })).dev;
		const isOurs = inode === undefined ? (await namesIn(stage)).length === 0 : String(ino) === inode;
		if (!isPrivate || !isOurs) throw stageChanged(place, name);
		return stage;
	} catch (error) {
		await stage.close();
		throw error;
	}
}

/** Moves every name except the stage from the directory to a folder of the stage. */
async function moveOut(target: FileHandle, stage: FileHandle, folder: Path, { name: own }: ReturnStage): Promise<void> {
	await using other = await openDirectory(below(stage, folder));
	for (const name of await namesIn(target)) {
		if (name !== own) await moveName(target, other, name);
	}
	await other.sync();
}

/** Moves every name from a folder of the stage to the directory. */
async function moveIn(target: FileHandle, stage: FileHandle, folder: Path): Promise<void> {
	await using other = await openDirectory(below(stage, folder));
	for (const name of await namesIn(other)) await moveName(other, target, name);
	await other.sync();
}

/** A directory of a lower layer of an overlay, and one that a kill left at both places. */
const needsSteps = ["EXDEV", "ENOTEMPTY", "EEXIST"];

/**
 * Renames a name. If that is impossible for a directory, its content moves into a new one like it. A call that a kill interrupted can
 * be repeated.
 */
async function moveName(from: FileHandle, to: FileHandle, name: Path): Promise<void> {
	const [source, target] = [below(from, name), below(to, name)];
	try {
		return await rename(pathToBytes(source), pathToBytes(target));
	} catch (error) {
		if (!needsSteps.includes(errorName(error) ?? "")) throw error;
	}
	await using old = await openDirectory(source);
	await makeDirectory(target);
	await using made = await openDirectory(target);
	await setOwner(made, await old.stat(), true);
	for (const child of await namesIn(old)) await moveName(old, made, child);
	await made.sync();
	await rmdir(pathToBytes(source));
}

/** The cage's content of the place. Throws `data-unsafe` and `data-gone` (exit 4). */
function openContent(data: Path, place: Path): Promise<FileHandle> {
	return withSource(openData(data, place), openDirectory);
}

/**
 * Opens a place without following any link. With `made`, creates missing components: those above the last one belong to root and can
 * be entered by every account.
 */
async function openPlace(place: Path, made?: (directory: FileHandle) => Promise<void>): Promise<FileHandle> {
	await using top = await openDirectory("/" as Path);
	try {
		await using above = await openBelow(top, namesOf(parent(place)), made && ((directory) => directory.chmod(0o755)));
		return await openBelow(above, [baseName(place)], made);
	} catch (error) {
		if (isNoDirectory(errorName(error))) throw new Failure("release-place-changed", { path: showPath(place) }, 4);
		throw writeFailure(error, place);
	}
}

function stageChanged(place: Path, name: Path): Failure {
	return new Failure("release-stage-changed", { path: showPath(join(place, name)) }, 4);
}
