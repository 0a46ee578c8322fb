import { rootsOf } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path } from "../../core/path/path.ts";
import { type Arrangement, arrangeData, isToBeArranged } from "../files/arrange.ts";
import { exists } from "../files/descriptor.ts";
import { currentGeneration, listGenerations, readManifest } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import { writeAtomic } from "./atomic.ts";
import { arrangingName } from "./unfinished.ts";

/**
 * Moves the state to where a generation mounts it from, and publishes the generation via `change`. The next command finishes
 * after a kill.
 */
export async function moveState(cage: Path, generation: number, change: () => Promise<void>): Promise<void> {
	const arrangement = await arrangementFor(cage, generation);
	if (!arrangement || !(await isToBeArranged(arrangement))) return change();
	const mark = join(cage, arrangingName);
	await writeAtomic(mark, "");
	await arrangeData(arrangement);
	await change();
	await removeTree(mark);
}

/** Finishes an interrupted move for the present generation. The caller holds the lock. */
export async function finishMove(cage: Path): Promise<void> {
	if (!(await exists(join(cage, arrangingName)))) return;
	const present = await currentGeneration(cage);
	const arrangement = present === undefined ? undefined : await arrangementFor(cage, present);
	if (arrangement) await arrangeData(arrangement);
	await removeTree(join(cage, arrangingName));
}

/** Undefined if the manifest is unreadable: its mounts are unknown, and nothing starts in that generation. */
async function arrangementFor(cage: Path, generation: number): Promise<Arrangement | undefined> {
	const roots = await readRoots(cage, generation);
	if (roots === undefined) return undefined;
	const others: Path[] = [];
	for (const other of await listGenerations(cage)) {
		if (other !== generation) others.push(...((await readRoots(cage, other)) ?? []));
	}
	return { data: join(cage, "data"), roots, others };
}

async function readRoots(cage: Path, generation: number): Promise<Path[] | undefined> {
	try {
		return rootsOf(await readManifest(cage, generation));
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
}
