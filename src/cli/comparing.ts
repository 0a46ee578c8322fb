/** Verbs that also compare a cage with the host. */

import type { ComparingMachine } from "../base/engine/context.ts";
import { systemRecording } from "../record/host/recording.ts";
import { hostService } from "../service/host/unit-files.ts";
import { StateSessions } from "../sessions/host/sessions.ts";
import { installedForCages } from "../unit/host/installed.ts";
import { systemServices } from "../unit/host/systemctl.ts";
import { administratorsUnits } from "../unit/installed.ts";
import { auditingMachine } from "./auditing-machine.ts";
import { version } from "./version.ts";

export { check } from "../check/verbs/check.ts";
export { explain } from "../explain/verbs/explain.ts";
export { record } from "../record/verbs/record.ts";
export { list } from "../upkeep/verbs/list.ts";
export { show } from "../upkeep/verbs/show.ts";
export { metrics } from "../watch/verbs/metrics.ts";
export * from "./reading.ts";

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
