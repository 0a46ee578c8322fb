import { realpathSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { adoptedState } from "../adopt/host/adopted-state.ts";
import { serviceClients } from "../adopt/host/service-clients.ts";
import type { Machine } from "../base/engine/context.ts";
import type { Store } from "../base/engine/store.ts";
import { systemAccounts } from "../base/host/accounts.ts";
import { logSocket, systemFiles } from "../base/host/files.ts";
import { realPlace, refuseUnsafe } from "../base/host/folder.ts";
import { processesOf } from "../base/host/proc.ts";
import { programCommand } from "../base/host/release.ts";
import { systemDocuments } from "../base/host/text-files.ts";
import { Commands } from "../base/host/tools.ts";
import { type Path, pathFromText, pathToText } from "../base/path/path.ts";
import { cagePaths, hasData, readCage } from "../cage/host/cages.ts";
import { building, placeInit } from "../cage/host/generation-store.ts";
import { madeAccounts } from "../cage/host/made-account.ts";
import { freeBytes } from "../cage/host/survey.ts";
import { auditCage } from "../check/host/audit.ts";
import { changedOrigins } from "../check/host/drift.ts";
import { watchFailures } from "../failure-watch/host/failure-watch.ts";
import { systemDoctor } from "../install/host/doctor.ts";
import { packagedFolder, packagedLink } from "../install/installation.ts";
import { UtilLinuxLauncher } from "../launch/host/launcher.ts";
import type { LaunchOptions } from "../launch/host/method.ts";
import { trialServices } from "../make/host/trial-service.ts";
import { probeTools } from "../probe/host/probe-tools.ts";
import { systemRecording } from "../record/host/recording.ts";
import { foreignSandboxes } from "../selftest/host/foreign.ts";
import { selftestTools } from "../selftest/host/selftest.ts";
import { systemPackages } from "../service/host/packages.ts";
import { listensAt } from "../service/host/processes.ts";
import { StateSessions } from "../sessions/host/sessions.ts";
import { systemApplications } from "../template/host/find.ts";
import { templates } from "../template/host/templates.ts";
import { attach } from "../trace/host/attach.ts";
import { hostTrace, writeTrace } from "../trace/host/traces.ts";
import { writeImage, writePortable } from "../transfer/host/image.ts";
import { inspectArchive } from "../transfer/host/inspect.ts";
import { exportCage } from "../transfer/host/pack.ts";
import { receiveCage, takeInterrupted } from "../transfer/host/receive.ts";
import type { Archives } from "../transfer/ports.ts";
import { systemUnits } from "../unit/host/host-units.ts";
import { systemServices } from "../unit/host/systemctl.ts";
import { addAlarm, noteWatched, watchedUntil } from "../watch/host/alarms.ts";
import { systemDetection } from "../watch/host/detection.ts";
import { cageStore } from "./cage-store.ts";
import { version } from "./version.ts";

/** Starts this program from a script or unit. A package's command is the same for each of its variants. */
function ownCommand(): string[] {
	const [node, script] = programCommand();
	if (script.startsWith(`${packagedFolder}/`)) return [pathToText(packagedLink) ?? ""];
	return [realpathSync(node), script];
}

/** Hands the adapters of this machine to the engine. */
export function systemMachine(state: string, launching: LaunchOptions = {}): Machine {
	const commands = new Commands();
	const files = systemFiles();
	return {
		files,
		packages: systemPackages(files),
		accounts: systemAccounts,
		commands,
		changedOrigins,
		audit: async (cage, signal) => (await auditCage(cage, signal)).findings,
		processesOf,
		stateFolder: () => realPlace(state),
		recording: systemRecording(files, { state, version }),
		launcher: new UtilLinuxLauncher(state, launching, commands),
		store: stateFolder(state),
		documents: systemDocuments(files),
		applications: systemApplications,
		sessions: new StateSessions(state),
		doctor: systemDoctor(commands),
		selftest: selftestTools,
		foreign: foreignSandboxes,
		units: systemUnits(),
		services: systemServices,
		clients: serviceClients,
		trialService: trialServices,
		attach,
		watchFailures,
		detection: systemDetection,
		logSocket,
		listens: listensAt,
		probeTools,
		program: () => [...ownCommand(), "--state", state],
		now: () => Date.now(),
		elapsed: () => performance.now(),
		async sleep(milliseconds, signal) {
			await setTimeout(milliseconds, undefined, { signal });
		},
	};
}

/** The whole state folder on disk. Reading creates nothing; the first write creates the folder. */
function stateFolder(state: string): Store {
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
