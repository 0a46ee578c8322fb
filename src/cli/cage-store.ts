import { rmdir } from "node:fs/promises";
import { readAdoption } from "../adopt/host/adoption-file.ts";
import { by } from "../base/collections.ts";
import type { CageStore } from "../base/engine/store.ts";
import { list } from "../base/host/descriptor.ts";
import { makeSafeFolder, refuseUnsafe } from "../base/host/folder.ts";
import { lockCage } from "../base/host/lock.ts";
import { appendLog, readLog } from "../base/host/log.ts";
import { isLeftover } from "../base/host/processes.ts";
import { join, pathFromText, pathToBytes } from "../base/path/path.ts";
import {
	cagePaths,
	clearRemovedCages,
	clearUnfinished,
	hasData,
	interruptedImports,
	listCages,
	openState,
	readCage,
	removing,
	writeCage,
} from "../cage/host/cages.ts";
import { findEdits } from "../cage/host/edits.ts";
import { clearLeftovers, currentGeneration, listGenerations, readManifest } from "../cage/host/generations.ts";
import { finishMove, unfinishedCages } from "../cage/host/unfinished.ts";
import { recordStore } from "../record/host/records.ts";
import { hostTrace, readTrace } from "../trace/host/traces.ts";
import { onRestartRequest, upkeep } from "../upkeep/host/upkeep.ts";
import { readAlarms } from "../watch/host/alarms.ts";

/** Cages in a state folder on disk. Reading creates nothing; the first write creates the folder. */
export function cageStore(state: string): CageStore {
	const folder = pathFromText(state);
	const paths = (name: string) => cagePaths(folder, name);
	const directory = (name: string) => paths(name).directory;
	const names = () => listCages(folder);
	const adoption = (name: string) => readAdoption(paths(name).adoption);
	const unfinished = () => unfinishedCages(join(folder, pathFromText("cages")));
	return {
		upkeep: upkeep(directory),
		removing: removing(folder),
		records: recordStore(folder),
		names,
		cage: (name) => readCage(folder, name),
		present: (name) => currentGeneration(directory(name)),
		manifest: (name, generation) => readManifest(directory(name), generation),
		root: (name, generation) => paths(name).root(generation),
		presentRoot: (name) => paths(name).current,
		data: (name) => paths(name).data,
		generations: (name) => listGenerations(directory(name)),
		adoption,
		onRestartRequest: (name, listener) => onRestartRequest(directory(name), listener),
		unfinished,
		async hasUnfinished() {
			// The verb reports what cannot be read.
			const scratch = await list(join(folder, pathFromText("scratch"))).catch(() => []);
			if (scratch.some(isLeftover) || (await unfinished()).length) return true;
			if ((await interruptedImports(folder).catch(() => [])).length) return true;
			const adoptions = await Promise.allSettled((await names().catch(() => [])).map(adoption));
			// A damaged description counts, so that it is reported.
			return adoptions.some(
				(one) => one.status === "rejected" || (one.value && (one.value.phase !== "adopted" || one.value.together)),
			);
		},
		async lock(name) {
			await openState(folder);
			const { directory, lock } = paths(name);
			await makeSafeFolder(directory);
			const held = lockCage(lock, name);
			const clearAll = async () => {
				await clearRemovedCages(folder);
				await clearLeftovers(directory);
				await finishMove(directory);
				return hasData(folder, name);
			};
			const hadData = await clearAll().catch((error: unknown) => {
				held.release();
				throw error;
			});
			const clear = () => clearUnfinished(folder, name, hadData);
			const release = async () => {
				// A failed clean-up must not hide the command's own error.
				await clear().catch(() => {});
				held.release();
				await rmdir(pathToBytes(directory)).catch(() => {});
			};
			return { clear, release, [Symbol.asyncDispose]: release };
		},
		saveCage: (cage) => writeCage(folder, cage),
		trace: (name) => readTrace(paths(name).traces, hostTrace),
		edits: (manifest, signal) => findEdits(paths(manifest.name).root(manifest.generation), manifest, signal),
		async log(name, action, details) {
			refuseUnsafe(directory(name));
			return appendLog(paths(name).log, { time: new Date().toISOString(), action, details });
		},
		async history(name) {
			const { alarms, log } = paths(name);
			const lines = [...(await readLog(log)), ...(await readLog(alarms))].sort(by(({ time }) => time));
			return lines.map(({ action, details, time }) => `${time} ${action} ${JSON.stringify(details)}`);
		},
		alarms: (name) => readAlarms(paths(name).alarms),
	};
}
