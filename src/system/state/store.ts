import { type Path, pathFromText, pathToText } from "../../core/path/path.ts";
import type { Archives } from "../../engine/archive-store.ts";
import type { Store } from "../../engine/store.ts";
import { adoptedState } from "../adoption/adopted-state.ts";
import { freeBytes } from "../files/survey.ts";
import { addAlarm, noteWatched, watchedUntil } from "./alarms.ts";
import { writeImage } from "./archive/image.ts";
import { inspectArchive } from "./archive/inspect.ts";
import { exportCage } from "./archive/pack.ts";
import { writePortable } from "./archive/portable.ts";
import { receiveCage, takeInterrupted } from "./archive/receive.ts";
import { cageStore } from "./cage-store.ts";
import { cagePaths, hasData, readCage } from "./cages.ts";
import { refuseUnsafe } from "./folder.ts";
import { building, placeInit } from "./generation-store.ts";
import { madeAccounts } from "./made-account.ts";
import { templates } from "./templates.ts";
import { hostTrace, writeTrace } from "./traces.ts";

/** The whole state folder on disk. Reading creates nothing; the first write creates the folder. */
export function stateFolder(state: string): Store {
	const folder = pathFromText(state);
	const paths = (name: string) => cagePaths(folder, name);
	const directory = (name: string) => paths(name).directory;
	return {
		...cageStore(state),
		building: building(folder),
		accounts: madeAccounts(directory),
		adopting: adoptedState(folder),
		templates: templates(folder),
		archives: archives(folder),
		place: async (name) => ({
			folder: pathToText(folder) ?? "",
			free: await freeBytes(folder),
			hasData: await hasData(folder, name),
		}),
		isTaken: async (name) => (await readCage(folder, name)) !== undefined || (await hasData(folder, name)),
		saveTrace: (name, trace) => writeTrace(paths(name).traces, hostTrace, trace),
		async addAlarm(alarm) {
			refuseUnsafe(directory(alarm.cage));
			return addAlarm(paths(alarm.cage).alarms, alarm);
		},
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
		interrupted: () => takeInterrupted(state),
		writeImage,
		writePortable,
		async receive(request, signal) {
			const received = await receiveCage(state, request, signal);
			return {
				...received,
				async publish() {
					await received.publish();
					await placeInit(cagePaths(state, request.cage.name).directory);
				},
			};
		},
	};
}
