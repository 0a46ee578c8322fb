import { rmdir } from "node:fs/promises";
import { by } from "../../core/collections.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import type { Archives } from "../../engine/archive-store.ts";
import type { Store } from "../../engine/store.ts";
import { adoptedState, readAdoption } from "../adoption/adopted-state.ts";
import { list } from "../files/descriptor.ts";
import { clearLeftovers, currentGeneration, listGenerations, readManifest } from "../files/generations.ts";
import { freeBytes } from "../files/survey.ts";
import { addAlarm, noteWatched, readAlarms, watchedUntil } from "./alarms.ts";
import { writeImage } from "./archive/image.ts";
import { inspectArchive } from "./archive/inspect.ts";
import { exportCage } from "./archive/pack.ts";
import { writePortable } from "./archive/portable.ts";
import { receiveCage } from "./archive/receive.ts";
import { building, finishArranging, placeInit } from "./building.ts";
import {
	cagePaths,
	clearRemovedCages,
	clearUnfinished,
	hasData,
	listCages,
	openState,
	readCage,
	removing,
	writeCage,
} from "./cages.ts";
import { makeSafeFolder, refuseUnsafe } from "./folder.ts";
import { lockCage } from "./lock.ts";
import { appendLog, readLog } from "./log.ts";
import { madeAccounts } from "./made-account.ts";
import { isLeftover } from "./process.ts";
import { recordStore } from "./records.ts";
import { templates } from "./templates.ts";
import { readTrace, writeTrace } from "./traces.ts";
import { unfinishedCages } from "./unfinished.ts";
import { onRestartRequest, upkeep } from "./upkeep.ts";

const hostTrace = "host";

/** The state folder on disk. Reading creates nothing; the first write creates the folder. */
export function stateFolder(state: string): Store {
	const folder = pathFromText(state);
	const paths = (name: string) => cagePaths(folder, name);
	const directory = (name: string) => paths(name).directory;
	const names = () => listCages(folder);
	const adoption = (name: string) => readAdoption(paths(name).adoption);
	const unfinished = () => unfinishedCages(join(folder, pathFromText("cages")));
	return {
		building: building(folder),
		upkeep: upkeep(directory),
		removing: removing(folder),
		accounts: madeAccounts(directory),
		adopting: adoptedState(folder),
		records: recordStore(folder),
		templates: templates(folder),
		archives: archives(folder),
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
		place: async (name) => ({
			folder: pathToText(folder) ?? "",
			free: await freeBytes(folder),
			hasData: await hasData(folder, name),
		}),
		isTaken: async (name) => (await readCage(folder, name)) !== undefined || (await hasData(folder, name)),
		unfinished,
		async hasUnfinished() {
			// The verb reports what cannot be read.
			const scratch = await list(join(folder, pathFromText("scratch"))).catch(() => []);
			if (scratch.some(isLeftover) || (await unfinished()).length) return true;
			const adoptions = await Promise.allSettled((await names().catch(() => [])).map(adoption));
			// A damaged description counts, so that it is reported.
			return adoptions.some((one) => one.status === "rejected" || (one.value?.phase ?? "adopted") !== "adopted");
		},
		async lock(name) {
			await openState(folder);
			const { directory, lock } = paths(name);
			await makeSafeFolder(directory);
			const held = lockCage(lock, name);
			await clearRemovedCages(folder);
			await clearLeftovers(directory);
			await finishArranging(directory);
			const hadData = await hasData(folder, name);
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
		saveTrace: (name, trace) => writeTrace(paths(name).traces, hostTrace, trace),
		async log(name, action, details) {
			refuseUnsafe(directory(name));
			return appendLog(paths(name).log, { time: new Date().toISOString(), action, details });
		},
		async history(name) {
			const { alarms, log } = paths(name);
			const lines = [...(await readLog(log)), ...(await readLog(alarms))].sort(by(({ time }) => time));
			return lines.map(({ action, details, time }) => `${time} ${action} ${JSON.stringify(details)}`);
		},
		async addAlarm(alarm) {
			refuseUnsafe(directory(alarm.cage));
			return addAlarm(paths(alarm.cage).alarms, alarm);
		},
		alarms: (name) => readAlarms(paths(name).alarms),
		async noteWatched(time) {
			refuseUnsafe(folder);
			return noteWatched(folder, time);
		},
		watchedUntil: () => watchedUntil(folder),
	};
}

function archives(state: Path): Archives {
	return {
		write: (request, signal) => exportCage({ ...request, state, signal }),
		inspect: inspectArchive,
		writeImage,
		writePortable,
		async receive(request, signal) {
			const received = await receiveCage(state, request, signal);
			return {
				...received,
				async publish(account) {
					await received.publish(account);
					await placeInit(cagePaths(state, request.cage.name).directory);
				},
			};
		},
	};
}
