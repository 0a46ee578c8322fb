import type { CageStore } from "../../base/engine/store.ts";
import { historyLine } from "../record.ts";
import { withHistoryLine } from "../report/markdown-text.ts";

/** Adds a line to a cage's log and, if there is one, to its record, which ends with the log. */
export async function logInRecord(
	store: CageStore,
	name: string,
	action: string,
	details: Readonly<Record<string, unknown>>,
): Promise<void> {
	await store.log(name, action, details);
	const record = await store.records.text(name);
	// An alarm may have come since.
	const line = (await store.history(name)).findLast((one) => historyLine(one).action === action);
	if (record !== undefined && line !== undefined) await store.records.saveText(name, withHistoryLine(record, line));
}
