import { rmdir } from "node:fs/promises";
import type { Cage } from "../../core/cage/cage.ts";
import { join, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Archives } from "../../engine/archive-store.ts";
import type { CagePlace, Lock, Store } from "../../engine/store.ts";
import { adoptedState } from "../adoption/adopted-state.ts";
import { clearLeftovers } from "../files/generations.ts";
import { freeBytes } from "../files/survey.ts";
import { inspectArchive } from "./archive/inspect.ts";
import { exportCage } from "./archive/pack.ts";
import { receiveCage } from "./archive/receive.ts";
import { finishArranging } from "./arranging.ts";
import { building, placeInit } from "./building.ts";
import { clearRemovedCages, clearUnfinished, hasData, openState, writeCage } from "./cages.ts";
import { makeSafeFolder, refuseUnsafe } from "./folder.ts";
import { lockCage } from "./lock.ts";
import { appendLog, readLog } from "./log.ts";
import { madeAccounts } from "./made-account.ts";
import { StateReader } from "./reader.ts";
import { recordStore } from "./records.ts";
import { removing } from "./removal.ts";
import { StateTemplates } from "./templates.ts";
import { readTrace, writeTrace } from "./traces.ts";
import { unfinishedCages } from "./unfinished.ts";
import { upkeep } from "./upkeep.ts";

const hostTrace = "host";

/** The state folder on disk. Looking at it makes nothing; the first thing that is written makes the folder. */
export class StateFolder extends StateReader implements Store {
	readonly building = building(this.folder);
	readonly upkeep = upkeep((name) => this.paths(name).directory);
	readonly removing = removing(this.folder);
	readonly accounts = madeAccounts((name) => this.paths(name).directory);
	readonly adopting = adoptedState(this.folder);
	readonly records = recordStore(this.folder);
	readonly templates = new StateTemplates(this.folder);
	readonly archives: Archives = {
		write: (request, signal) => exportCage({ ...request, state: this.folder, signal }),
		inspect: inspectArchive,
		receive: async (request, signal) => {
			const received = await receiveCage(this.folder, request, signal);
			return {
				...received,
				takeIn: async (account) => {
					await received.takeIn(account);
					await placeInit(this.paths(request.cage.name).directory);
				},
			};
		},
	};

	async place(name: string): Promise<CagePlace> {
		return {
			folder: pathToText(this.folder) ?? "",
			free: await freeBytes(this.folder),
			hasData: await hasData(this.folder, name),
		};
	}

	async isTaken(name: string): Promise<boolean> {
		return (await this.cage(name)) !== undefined || (await hasData(this.folder, name));
	}

	unfinished(): Promise<readonly string[]> {
		return unfinishedCages(join(this.folder, pathFromText("cages")));
	}

	async lock(name: string): Promise<Lock> {
		await openState(this.folder);
		const { directory, lock } = this.paths(name);
		await makeSafeFolder(directory);
		const held = lockCage(lock, name);
		await clearRemovedCages(this.folder);
		await clearLeftovers(directory);
		await finishArranging(directory);
		const hadData = await hasData(this.folder, name);
		const clear = () => clearUnfinished(this.folder, name, hadData);
		return {
			clear,
			release: async () => {
				// Where nothing came of it there is nothing to keep; and what went wrong then matters more than what went wrong here.
				await clear().catch(() => {});
				held.release();
				await rmdir(pathToBytes(directory)).catch(() => {});
			},
		};
	}

	saveCage(cage: Cage): Promise<void> {
		return writeCage(this.folder, cage);
	}

	trace(name: string): Promise<Trace | undefined> {
		return readTrace(this.paths(name).traces, hostTrace);
	}

	saveTrace(name: string, trace: Trace): Promise<void> {
		return writeTrace(this.paths(name).traces, hostTrace, trace);
	}

	async log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void> {
		refuseUnsafe(this.paths(name).directory);
		return appendLog(this.paths(name).log, { time: new Date().toISOString(), action, details });
	}

	async history(name: string): Promise<string[]> {
		return (await readLog(this.paths(name).log)).map(
			({ action, details, time }) => `${time} ${action} ${JSON.stringify(details)}`,
		);
	}
}
