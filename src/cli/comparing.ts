/** Verbs that also compare a cage with the host. */

import type { ComparingMachine } from "../engine/context.ts";
import { systemRecording } from "../system/record/recording.ts";
import { hostService } from "../system/units/unit-files.ts";
import { auditingMachine } from "./auditing-machine.ts";
import { version } from "./version.ts";

export { check } from "./check.ts";
export { explain } from "./explain.ts";
export { metrics } from "./metrics.ts";
export * from "./reading.ts";
export { record } from "./record.ts";
export { show } from "./show.ts";

export function machine(state: string): ComparingMachine {
	const auditing = auditingMachine(state);
	return { ...auditing, recording: systemRecording(auditing.files, { state, version }), units: { service: hostService } };
}
