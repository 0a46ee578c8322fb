import { type FileHandle, readdir, rename, rmdir } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { copyTree, setOwner, type TreeCopy } from "../files/copy-tree.ts";
import { below, makeDirectory, openBelow, openDirectory } from "../files/descriptor.ts";
import { errorName, writeFailure } from "../files/errors.ts";
import { exists } from "../files/merge.ts";
import { removeTree } from "../files/remove.ts";
import { runIn } from "../files/tools.ts";

/**
 * Gives a directory of the host the content that it has in a cage. The directory itself stays what it is, with its owner and mode, for it
 * may be a mount point. In a folder that root alone can enter, within it because a rename must not leave the file system:
 * - `new`: the copy, before it counts;
 * - `moving`: the host's content, while it is being moved there: what is still outside is the host's as well;
 * - `old`: all of it: what is outside comes from the cage.
 * So it can be told at any moment, also after a kill, which side every name is from. All of it is walked by descriptor.
 */
const stageName = ".cagewright-release" as Path;
const [fresh, moving, old, undone] = ["new", "moving", "old", "undone"] as Path[] as [Path, Path, Path, Path];

/** Copies the cage's content beside the host's. The application is stopped on both sides. */
export async function prepare(from: Path, place: Path, signal: AbortSignal): Promise<void> {
	const source = await openDirectory(from);
	try {
		const target = await openPlace(place, async (made) => setOwner(made, await source.stat(), true));
		try {
			if (!(await makeDirectory(below(target, stageName)))) throw new Failure("release-stage-there", { path: shown(place) }, 4);
			const stage = await openDirectory(below(target, stageName));
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
export async function swap(place: Path): Promise<void> {
	await withStage(place, async (target, stage) => {
		await makeDirectory(below(stage, moving));
		await moveAll(target, stage, moving, "out");
		await rename(pathToBytes(below(stage, moving)), pathToBytes(below(stage, old)));
		await stage.sync();
		await moveAll(target, stage, fresh, "in");
		await target.sync();
	});
}

/** Makes it the host's content again, however far the swap had come. */
export async function undo(place: Path): Promise<void> {
	await withStage(place, async (target, stage) => {
		if (await exists(below(stage, old))) {
			await makeDirectory(below(stage, undone));
			await moveAll(target, stage, undone, "out");
			await rename(pathToBytes(below(stage, old)), pathToBytes(below(stage, moving)));
			await stage.sync();
		}
		if (await exists(below(stage, moving))) await moveAll(target, stage, moving, "in");
		await target.sync();
	});
	await finish(place);
}

/** Lets go of what was kept aside. */
export async function finish(place: Path): Promise<void> {
	await withStage(place, async (target) => void (await removeTree(below(target, stageName))));
}

/** A directory that the host did not have is taken away again, if it is empty. */
export async function removeMade(place: Path): Promise<void> {
	await rmdir(pathToBytes(place)).catch((error: unknown) => {
		if (!["ENOENT", "ENOTEMPTY"].includes(errorName(error) ?? "")) throw writeFailure(error, place);
	});
}

async function withStage(place: Path, work: (target: FileHandle, stage: FileHandle) => Promise<void>): Promise<void> {
	if (!(await exists(place))) return;
	const target = await openPlace(place);
	try {
		if (!(await exists(below(target, stageName)))) return;
		const stage = await openDirectory(below(target, stageName));
		try {
			await work(target, stage);
		} finally {
			await stage.close();
		}
	} catch (error) {
		throw writeFailure(error, place);
	} finally {
		await target.close();
	}
}

/** Moves every name but our own between the directory (`out` of it, or `in`) and a folder of the stage. */
async function moveAll(target: FileHandle, stage: FileHandle, folder: Path, way: "in" | "out"): Promise<void> {
	const other = await openDirectory(below(stage, folder));
	try {
		const [from, to] = way === "out" ? [target, other] : [other, target];
		for (const name of await names(from)) await rename(pathToBytes(below(from, name)), pathToBytes(below(to, name)));
		await other.sync();
	} finally {
		await other.close();
	}
}

async function names(directory: FileHandle): Promise<Path[]> {
	const all = await readdir(pathToBytes(below(directory)), { encoding: "buffer" });
	return all.map(pathFromBytes).filter((name) => name !== stageName);
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

function shown(place: Path): string {
	return showPath(place);
}
