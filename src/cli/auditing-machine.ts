import type { AuditingMachine } from "../engine/context.ts";
import { systemAccounts } from "../system/accounts/accounts.ts";
import { auditCage } from "../system/files/audit.ts";
import { processesOf } from "../system/running/proc.ts";
import { realPlace } from "../system/state/folder.ts";
import { machine as readingMachine } from "./reading.ts";

export function auditingMachine(state: string): AuditingMachine {
	return {
		...readingMachine(state),
		accounts: systemAccounts,
		audit: async (cage, signal) => (await auditCage(cage, signal)).findings,
		processesOf,
		stateFolder: () => realPlace(state),
	};
}
