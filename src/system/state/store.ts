import { rmdir } from "node:fs/promises";
import type { Adoption } from "../../core/adoption/adoption.ts";
import type { Cage } from "../../core/cage/cage.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import type { Alarm } from "../../core/detection/alarm.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { MadeAccounts } from "../../engine/account-store.ts";
import type { AdoptedState } from "../../engine/adoption-store.ts";
import type { Archives } from "../../engine/archive-store.ts";
import type { Building, CagePlace, Lock, RecordStore, Removing, Store, Templates, Upkeep } from "../../engine/store.ts";
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
import { StateTemplates } from "./templates.ts";
import { readTrace, writeTrace } from "./traces.ts";
import { unfinishedCages } from "./unfinished.ts";
import { onRestartRequest, upkeep } from "./upkeep.ts";

const hostTrace = "host";

/** The state folder on disk. Reading creates nothing; the first write creates the folder. */
export class StateFolder implements Store {
	readonly building: Building;
	readonly upkeep: Upkeep;
	readonly removing: Removing;
	readonly accounts: MadeAccounts;
	readonly adopting: AdoptedState;
	readonly records: RecordStore;
	readonly templates: Templates;
	readonly archives: Archives;
	readonly #folder: Path;

	constructor(state: string) {
		const folder = pathFromText(state);
		const directory = (name: string) => this.#paths(name).directory;
		this.#folder = folder;
		this.building = building(folder);
		this.upkeep = upkeep(directory);
		this.removing = removing(folder);
		this.accounts = madeAccounts(directory);
		this.adopting = adoptedState(folder);
		this.records = recordStore(folder);
		this.templates = new StateTemplates(folder);
		this.archives = archives(folder);
	}

	names(): Promise<string[]> {
		return listCages(this.#folder);
	}

	cage(name: string): Promise<Cage | undefined> {
		return readCage(this.#folder, name);
	}

	present(name: string): Promise<number | undefined> {
		return currentGeneration(this.#paths(name).directory);
	}

	manifest(name: string, generation: number): Promise<Manifest> {
		return readManifest(this.#paths(name).directory, generation);
	}

	root(name: string, generation: number): Path {
		return this.#paths(name).root(generation);
	}

	presentRoot(name: string): Path {
		return this.#paths(name).current;
	}

	data(name: string): Path {
		return this.#paths(name).data;
	}

	generations(name: string): Promise<number[]> {
		return listGenerations(this.#paths(name).directory);
	}

	adoption(name: string): Promise<Adoption | undefined> {
		return readAdoption(this.#paths(name).adoption);
	}

	onRestartRequest(name: string, listener: (generation: number, answer: (stopSeconds: number) => void) => void): () => void {
		return onRestartRequest(this.#paths(name).directory, listener);
	}

	async place(name: string): Promise<CagePlace> {
		return {
			folder: pathToText(this.#folder) ?? "",
			free: await freeBytes(this.#folder),
			hasData: await hasData(this.#folder, name),
		};
	}

	async isTaken(name: string): Promise<boolean> {
		return (await this.cage(name)) !== undefined || (await hasData(this.#folder, name));
	}

	unfinished(): Promise<readonly string[]> {
		return unfinishedCages(join(this.#folder, pathFromText("cages")));
	}

	async hasUnfinished(): Promise<boolean> {
		// The verb reports what cannot be read.
		const scratch = await list(join(this.#folder, pathFromText("scratch"))).catch(() => []);
		if (scratch.some(isLeftover) || (await this.unfinished()).length) return true;
		const names = await this.names().catch(() => []);
		const adoptions = await Promise.allSettled(names.map((name) => this.adoption(name)));
		// A damaged description counts, so that it is reported.
		return adoptions.some((one) => one.status === "rejected" || (one.value?.phase ?? "adopted") !== "adopted");
	}

	async lock(name: string): Promise<Lock> {
		await openState(this.#folder);
		const { directory, lock } = this.#paths(name);
		await makeSafeFolder(directory);
		const held = lockCage(lock, name);
		await clearRemovedCages(this.#folder);
		await clearLeftovers(directory);
		await finishArranging(directory);
		const hadData = await hasData(this.#folder, name);
		const clear = () => clearUnfinished(this.#folder, name, hadData);
		const release = async () => {
			// A failed clean-up must not hide the command's own error.
			await clear().catch(() => {});
			held.release();
			await rmdir(pathToBytes(directory)).catch(() => {});
		};
		return { clear, release, [Symbol.asyncDispose]: release };
	}

	saveCage(cage: Cage): Promise<void> {
		return writeCage(this.#folder, cage);
	}

	trace(name: string): Promise<Trace | undefined> {
		return readTrace(this.#paths(name).traces, hostTrace);
	}

	saveTrace(name: string, trace: Trace): Promise<void> {
		return writeTrace(this.#paths(name).traces, hostTrace, trace);
	}

	async log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void> {
		refuseUnsafe(this.#paths(name).directory);
		return appendLog(this.#paths(name).log, { time: new Date().toISOString(), action, details });
	}

	async history(name: string): Promise<string[]> {
		const { alarms, log } = this.#paths(name);
		const lines = [...(await readLog(log)), ...(await readLog(alarms))].sort((a, b) =>
			a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
		);
		return lines.map(({ action, details, time }) => `${time} ${action} ${JSON.stringify(details)}`);
	}

	async addAlarm(alarm: Alarm): Promise<void> {
		const { alarms, directory } = this.#paths(alarm.cage);
		refuseUnsafe(directory);
		return addAlarm(alarms, alarm);
	}

	alarms(name: string): Promise<readonly Alarm[]> {
		return readAlarms(this.#paths(name).alarms);
	}

	async noteWatched(time: number): Promise<void> {
		refuseUnsafe(this.#folder);
		return noteWatched(this.#folder, time);
	}

	watchedUntil(): Promise<number | undefined> {
		return watchedUntil(this.#folder);
	}

	#paths(name: string) {
		return cagePaths(this.#folder, name);
	}
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
