import { unlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathToBytes } from "../../core/path/path.ts";
import type { AdoptedState } from "../../engine/store.ts";
import { exists, syncDirectory } from "../files/descriptor.ts";
import { ifMissing } from "../files/errors.ts";
import { openData, withSource } from "../files/mounts.ts";
import { allocatedBytes, requireSpace } from "../files/survey.ts";
import { writeAtomic } from "../state/atomic.ts";
import { cagePaths } from "../state/cages.ts";
import { adoptionToJson } from "./adoption-file.ts";
import { finish, makeStage, newStageName, prepare, removeMade, swap, undo } from "./return-state.ts";
import { clearKept, fingerprint, foreignLink, restoreData, takeState, useState } from "./state-copy.ts";

/** A state folder's data about adopted services. */
export function adoptedState(state: Path): AdoptedState {
	const directory = (name: string) => cagePaths(state, name).directory;
	const dataOf = (name: string) => join(directory(name), "data");
	return {
		save: (name, adoption) => writeAtomic(cagePaths(state, name).adoption, adoptionToJson(adoption)),
		async end(name) {
			const file = cagePaths(state, name).adoption;
			await unlink(pathToBytes(file)).catch(ifMissing(undefined));
			await syncDirectory(parent(file));
		},
		clear: (name) => clearKept(directory(name)),
		async requireRoom(name, places) {
			const bytes = places.reduce((sum, path) => sum + allocatedBytes(path), 0);
			await requireSpace(dataOf(name), bytes);
		},
		async requireRoomOutside(name, places) {
			for (const path of places) {
				const there = (await exists(path)) ? path : parent(path);
				const bytes = await inData(dataOf(name), path, async (source) => allocatedBytes(source));
				await requireSpace(there, bytes ?? 0);
			}
		},
		async take({ name, onFile, places, signal, writable }) {
			const { unstable } = await takeState(directory(name), writable, places, signal, onFile);
			const taken = await Promise.all(
				places.map(async (path) => {
					const host = await fingerprint(path);
					const cage = (await inData(join(directory(name), "adopting/data"), path, fingerprint)) ?? "";
					return { path, cage, ...(host === undefined ? {} : { host }) };
				}),
			);
			return { places: taken, unstable };
		},
		use: (name) => useState(directory(name)),
		restore: (name, since) => restoreData(directory(name), since),
		async fingerprints(name, path) {
			const [host, cage] = await Promise.all([fingerprint(path), inData(dataOf(name), path, fingerprint)]);
			return { ...(host === undefined ? {} : { host }), ...(cage === undefined ? {} : { cage }) };
		},
		foreignLink: (name, path) => inData(dataOf(name), path, (source) => foreignLink(source, path)),
		stageName: newStageName,
		async makeStage(name, { path, stage, ...rest }) {
			return { ...rest, path, stage: { ...stage, inode: await makeStage(dataOf(name), path, stage.name) } };
		},
		prepareReturn: (name, { path, stage }, signal) => prepare(dataOf(name), path, stage, signal),
		swapReturn: ({ path, stage }) => swap(path, stage),
		async undoReturn({ stage, ...place }) {
			const { host, path } = place;
			await undo(path, stage);
			if (host === undefined) await removeMade(path);
			const now = host === undefined || !stage.untouched ? host : await fingerprint(path);
			return now === undefined ? place : { ...place, host: now };
		},
		finishReturn: ({ path, stage }) => finish(path, stage),
	};
}

/**
 * Runs work on the directory with a cage's state of `path`, through its descriptor, because the application may have put links
 * into the path. Returns undefined if there is none.
 */
async function inData<T>(data: Path, path: Path, work: (source: Path) => Promise<T>): Promise<T | undefined> {
	let source: number;
	try {
		source = openData(data, path);
	} catch (error) {
		if (error instanceof Failure && error.code === "data-gone") return undefined;
		throw error;
	}
	return withSource(source, work);
}
