import type { AuditingMachine } from "../base/engine/context.ts";
import { systemAccounts } from "../base/host/accounts.ts";
import { realPlace } from "../base/host/folder.ts";
import { processesOf } from "../base/host/proc.ts";
import { auditCage } from "../check/host/audit.ts";
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
