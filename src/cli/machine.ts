import { realpathSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pathToText } from "../core/path/path.ts";
import { packagedFolder, packagedLink } from "../core/upkeep/installation.ts";
import type { Machine } from "../engine/context.ts";
import { systemAccounts } from "../system/accounts/accounts.ts";
import { systemServices } from "../system/adoption/services.ts";
import { Commands } from "../system/commands.ts";
import { systemDoctor } from "../system/doctor/doctor.ts";
import { auditCage } from "../system/files/audit.ts";
import { logSocket, systemFiles } from "../system/files/files.ts";
import { changedOrigins } from "../system/files/origins.ts";
import { systemDocuments } from "../system/files/text-files.ts";
import { UtilLinuxLauncher } from "../system/launch/launcher.ts";
import { listensAt } from "../system/launch/loopback.ts";
import type { Launching } from "../system/launch/method.ts";
import { probeTools } from "../system/launch/probe-tools.ts";
import { trialServices } from "../system/launch/trial-service.ts";
import { systemPackages } from "../system/packages/packages.ts";
import { systemRecording } from "../system/record/recording.ts";
import { attach } from "../system/running/attach.ts";
import { systemDetection } from "../system/running/detection.ts";
import { watchOpenings } from "../system/running/openings.ts";
import { processesOf } from "../system/running/proc.ts";
import { watchFailures } from "../system/running/watch-failures.ts";
import { selftestTools } from "../system/selftest/selftest.ts";
import { realPlace } from "../system/state/folder.ts";
import { StateSessions } from "../system/state/sessions.ts";
import { StateFolder } from "../system/state/store.ts";
import { systemApplications } from "../system/units/applications.ts";
import { systemUnits } from "../system/units/host-units.ts";
import { version } from "./version.ts";

/** Starts this program from a script or unit. A package's command is the same for each of its variants. */
function ownCommand(): string[] {
	const script = realpathSync(process.argv[1] ?? "");
	if (script.startsWith(`${packagedFolder}/`)) return [pathToText(packagedLink) ?? ""];
	return [realpathSync(process.execPath), script];
}

/** Hands the adapters of this machine to the engine. */
export function systemMachine(state: string, launching: Launching = {}): Machine {
	const files = systemFiles();
	const commands = new Commands();
	return {
		files,
		packages: systemPackages(files),
		documents: systemDocuments(files),
		applications: systemApplications,
		accounts: systemAccounts,
		launcher: new UtilLinuxLauncher(state, launching, commands),
		store: new StateFolder(state),
		sessions: new StateSessions(state),
		doctor: systemDoctor(commands),
		commands,
		selftest: selftestTools,
		recording: systemRecording(files, version),
		units: systemUnits(),
		services: systemServices,
		trialService: trialServices,
		attach,
		watchFailures,
		detection: { ...systemDetection, watchOpenings: (request) => watchOpenings(state, request) },
		audit: async (cage, signal) => (await auditCage(cage, signal)).findings,
		changedOrigins,
		logSocket,
		stateFolder: () => realPlace(state),
		processesOf,
		listens: listensAt,
		probeTools,
		program: () => [...ownCommand(), "--state", state],
		now: () => Date.now(),
		async sleep(milliseconds, signal) {
			await setTimeout(milliseconds, undefined, { signal });
		},
	};
}
