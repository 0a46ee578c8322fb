import { readlink } from "node:fs/promises";
import * as v from "valibot";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { exists, listIfReadable } from "../../base/host/descriptor.ts";
import { isMissing } from "../../base/host/errors.ts";
import { isAbandoned } from "../../base/host/lock.ts";
import { removeTree } from "../../base/host/remove.ts";
import { linkAtomic, readJson, writeAtomic, writeJson } from "../../base/host/text-files.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { isName } from "../../options/answers.ts";
import type { GenerationSwitch } from "../../upkeep/ports.ts";
import { rootsOf } from "../manifest.ts";
import type { Removal } from "../ports.ts";
import { type Arrangement, arrangeData, isToBeArranged } from "./arrange.ts";
import { cageFromJson, cageToJson } from "./cage-json.ts";
import { currentGeneration, listGenerations, readManifest } from "./generations.ts";

/**
 * Unfinished work on a cage, stored before it starts, so that the next command can finish it after a kill. One file for each kind
 * of work in the cage's folder. A removal's mark is a dangling link, because it must be written first and needs no space on a
 * full disk.
 */

export const removalName = pathFromText("removal");
const lockName = pathFromText("lock");
const switchingName = pathFromText("switching.json");
/** An empty file: state is being moved to where the present or the next generation mounts it from. */
const arrangingName = pathFromText("arranging");

const removalWords = { everything: pathFromText("everything"), keepData: pathFromText("all-but-data") };

const companions = v.object({ triggers: v.array(v.string()), dependents: v.array(v.string()) });
const schemaOfSwitching = "cagewright/switching/1";
const switchingSchema = v.object({
	schema: v.literal(schemaOfSwitching),
	from: v.number(),
	before: v.unknown(),
	stopped: v.exactOptional(v.object({ service: v.string(), companions })),
});

/** Throws `state-damaged` (exit 1). */
export async function readRemoval(cage: Path): Promise<Removal | undefined> {
	const link = join(cage, removalName);
	try {
		const word = await readlink(pathToBytes(link), "latin1");
		if (word === removalWords.keepData) return { keepData: true };
		if (word === removalWords.everything) return { keepData: false };
	} catch (error) {
		if (isMissing(error)) return undefined;
	}
	throw new Failure("state-damaged", { path: showPath(link) });
}

export async function writeRemoval(cage: Path, { keepData }: Removal): Promise<void> {
	const mark = join(cage, removalName);
	try {
		await linkAtomic(mark, keepData ? removalWords.keepData : removalWords.everything);
	} catch (error) {
		// The next command must not finish a removal that failed before it began.
		await removeTree(mark).catch(() => undefined);
		throw error;
	}
}

/** Throws `state-damaged` or `state-newer` (exit 1). */
export async function readSwitching(cage: Path): Promise<GenerationSwitch | undefined> {
	const file = join(cage, switchingName);
	const read = await readJson(file, switchingSchema, { schema: schemaOfSwitching });
	if (read === undefined) return undefined;
	const { from, stopped } = read;
	const before = cageFromJson(JSON.stringify(read.before));
	if (before === undefined) throw new Failure("state-damaged", { path: showPath(file) });
	return { from, before, ...omitUndefined({ stopped }) };
}

export async function writeSwitching(cage: Path, switching: GenerationSwitch | undefined): Promise<void> {
	const file = join(cage, switchingName);
	if (switching === undefined) return void (await removeTree(file));
	const { before, from, stopped } = switching;
	const json = { schema: schemaOfSwitching, from, before: cageToJson(before), ...omitUndefined({ stopped }) };
	await writeJson(file, json);
}

/** Names of cages with unfinished work: stored, or under an abandoned lock. */
export async function unfinishedCages(cages: Path): Promise<string[]> {
	const found: string[] = [];
	for (const name of (await listIfReadable(cages)).flatMap((one) => pathToText(one) ?? []).filter(isName)) {
		const entries = await listIfReadable(join(cages, pathFromText(name)));
		const isWritten = [removalName, switchingName, arrangingName].some((one) => entries.includes(one));
		if (isWritten || (entries.includes(lockName) && isAbandoned(join(join(cages, pathFromText(name)), lockName))))
			found.push(name);
	}
	return found.sort();
}

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
