import type { ComparingMachine } from "../engine/context.ts";
import { systemAccounts } from "../system/accounts/accounts.ts";
import { auditCage } from "../system/files/audit.ts";
import { systemRecording } from "../system/record/recording.ts";
import { processesOf } from "../system/running/proc.ts";
import { systemUnits } from "../system/units/host-units.ts";
import { readingMachine } from "./reading-machine.ts";
import { version } from "./version.ts";

export function comparingMachine(state: string): ComparingMachine {
	const machine = readingMachine(state);
	return {
		...machine,
		accounts: systemAccounts,
		recording: systemRecording(machine.files, version),
		units: systemUnits(),
		audit: async (cage, signal) => (await auditCage(cage, signal)).findings,
		processesOf,
	};
}
