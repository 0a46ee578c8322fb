import type { Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import { join, outermost, type Path } from "../../core/path/path.ts";
import { type Arrangement, arrangeData, isToBeArranged } from "../files/arrange.ts";
import { currentGeneration, listGenerations, readManifest } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import { writeAtomic } from "./atomic.ts";
import { list } from "./cages.ts";
import { arrangingName } from "./unfinished.ts";

/** What a generation mounts of the state. */
export function rootsOf({ writable }: Pick<Manifest, "writable">): Path[] {
	return outermost(writable.map(({ path }) => path));
}

/** Puts the state where a generation mounts it from, and makes it the present one by `change`. The next command finishes what a kill cuts off. */
export async function arrangeFor(cage: Path, generation: number, change: () => Promise<void>): Promise<void> {
	const arrangement = await arrangementFor(cage, generation);
	if (!arrangement || !(await isToBeArranged(arrangement))) return change();
	const mark = join(cage, arrangingName);
	await writeAtomic(mark, "");
	await arrangeData(arrangement);
	await change();
	await removeTree(mark);
}

/** Puts the state where the present generation mounts it from, where a kill cut that off. The caller holds the lock. */
export async function finishArranging(cage: Path): Promise<void> {
	if (!(await list(cage)).includes(arrangingName)) return;
	const present = await currentGeneration(cage);
	const arrangement = present === undefined ? undefined : await arrangementFor(cage, present);
	if (arrangement) await arrangeData(arrangement);
	await removeTree(join(cage, arrangingName));
}

/** undefined where the generation's manifest cannot be read: what it mounts is unknown, and nothing is started in it. */
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
