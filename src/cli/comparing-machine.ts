import type { ComparingMachine } from "../engine/context.ts";
import { systemRecording } from "../system/record/recording.ts";
import { hostService } from "../system/units/host-service.ts";
import { auditingMachine } from "./auditing-machine.ts";
import { version } from "./version.ts";

export function comparingMachine(state: string): ComparingMachine {
	const machine = auditingMachine(state);
	return { ...machine, recording: systemRecording(machine.files, version), units: { service: hostService } };
}
