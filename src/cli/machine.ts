import { realpathSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { packagedFolder, packagedLink } from "../core/installation/installation.ts";
import { pathToText } from "../core/path/path.ts";
import type { Machine } from "../engine/context.ts";
import { Commands } from "../system/commands.ts";
import { systemDoctor } from "../system/doctor/doctor.ts";
import { logSocket } from "../system/files/files.ts";
import { systemDocuments } from "../system/files/text-files.ts";
import type { LaunchOptions } from "../system/launch/method.ts";
import { probeTools } from "../system/launch/probe-tools.ts";
import { trialServices } from "../system/launch/trial-service.ts";
import { attach } from "../system/running/attach.ts";
import { systemDetection } from "../system/running/detection.ts";
import { watchFailures } from "../system/running/failure-watch.ts";
import { serviceClients } from "../system/running/service-clients.ts";
import { foreignSandboxes } from "../system/selftest/foreign.ts";
import { selftestTools } from "../system/selftest/selftest.ts";
import { StateSessions } from "../system/state/sessions.ts";
import { stateFolder } from "../system/state/store.ts";
import { systemApplications } from "../system/units/find.ts";
import { systemUnits } from "../system/units/host-units.ts";
import { listensAt } from "../system/units/processes.ts";
import { systemServices } from "../system/units/systemctl.ts";
import { machine as comparingMachine } from "./comparing.ts";
import { machine as runningMachine } from "./running.ts";

/** Starts this program from a script or unit. A package's command is the same for each of its variants. */
function ownCommand(): string[] {
	const script = realpathSync(process.argv[1] ?? "");
	if (script.startsWith(`${packagedFolder}/`)) return [pathToText(packagedLink) ?? ""];
	return [realpathSync(process.execPath), script];
}

/** Hands the adapters of this machine to the engine. */
export function systemMachine(state: string, launching: LaunchOptions = {}): Machine {
	const commands = new Commands();
	const machine = { ...comparingMachine(state), ...runningMachine(state, launching, commands) };
	return {
		...machine,
		store: stateFolder(state),
		documents: systemDocuments(machine.files),
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
		async sleep(milliseconds, signal) {
			await setTimeout(milliseconds, undefined, { signal });
		},
	};
}
