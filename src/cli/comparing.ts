/** Verbs that also compare a cage with the host. */

import { administratorsUnits } from "../core/confinement/unit/installed.ts";
import type { ComparingMachine } from "../engine/context.ts";
import { systemRecording } from "../system/record/recording.ts";
import { StateSessions } from "../system/state/sessions.ts";
import { installedForCages } from "../system/units/installed.ts";
import { systemServices } from "../system/units/systemctl.ts";
import { hostService } from "../system/units/unit-files.ts";
import { auditingMachine } from "./auditing-machine.ts";
import { version } from "./version.ts";

export { check } from "./check.ts";
export { explain } from "./explain.ts";
export { list } from "./list.ts";
export { metrics } from "./metrics.ts";
export * from "./reading.ts";
export { record } from "./record.ts";
export { show } from "./show.ts";

export function machine(state: string): ComparingMachine {
	const auditing = auditingMachine(state);
	return {
		...auditing,
		recording: systemRecording(auditing.files, { state, version }),
		units: { service: hostService, installedForCages: () => installedForCages(administratorsUnits) },
		services: systemServices,
		sessions: new StateSessions(state),
	};
}
