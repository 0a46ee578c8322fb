import { readlink } from "node:fs/promises";
import * as v from "valibot";
import { Failure } from "../../core/failure.ts";
import { isName } from "../../core/options/answers.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import type { GenerationSwitch, Removal } from "../../engine/store.ts";
import { listIfReadable } from "../files/descriptor.ts";
import { isMissing } from "../files/errors.ts";
import { removeTree } from "../files/remove.ts";
import { linkAtomic, writeJson } from "./atomic.ts";
import { cageFromJson, cageToJson } from "./cage-json.ts";
import { isAbandoned } from "./lock.ts";
import { readJson } from "./state-file.ts";

/**
 * Unfinished work on a cage, stored before it starts, so that the next command can finish it after a kill. One file for each kind
 * of work in the cage's folder. A removal's mark is a dangling link, because it must be written first and needs no space on a
 * full disk.
 */

export const removalName = pathFromText("removal");
const lockName = pathFromText("lock");
const switchingName = pathFromText("switching.json");
/** An empty file: state is being moved to where the present or the next generation mounts it from. */
export const arrangingName = pathFromText("arranging");

const removalWords = { everything: pathFromText("everything"), keepData: pathFromText("all-but-data") };

const companions = v.object({ triggers: v.array(v.string()), dependents: v.array(v.string()) });
const switchingSchema = v.object({
	schema: v.literal("cagewright/switching/1"),
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

/** Throws `state-damaged` (exit 1). */
export async function readSwitching(cage: Path): Promise<GenerationSwitch | undefined> {
	const file = join(cage, switchingName);
	const read = await readJson(file, switchingSchema);
	if (read === undefined) return undefined;
	const { from, stopped } = read;
	const before = cageFromJson(JSON.stringify(read.before));
	if (before === undefined) throw new Failure("state-damaged", { path: showPath(file) });
	return { from, before, ...(stopped ? { stopped } : {}) };
}

export async function writeSwitching(cage: Path, switching: GenerationSwitch | undefined): Promise<void> {
	const file = join(cage, switchingName);
	if (switching === undefined) return void (await removeTree(file));
	const { before, from, stopped } = switching;
	const json = { schema: "cagewright/switching/1", from, before: cageToJson(before), ...(stopped ? { stopped } : {}) };
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
