import type { Decision, Entry, Plan } from "../../plan/plan.ts";
import { isUnanswered } from "./attention.ts";

export interface Totals {
	readonly files: number;
	readonly bytes: number;
	readonly links: number;
	readonly directories: number;
	readonly devices: number;
	readonly leftOut: number;
	readonly attention: number;
}

export const noTotals: Totals = { files: 0, bytes: 0, links: 0, directories: 0, devices: 0, leftOut: 0, attention: 0 };
const remembered = new WeakMap<Plan, Totals>();

/** What goes in, what does not, and what waits for a person. Remembered, because each frame asks for it. */
export function totalsOf(plan: Plan): Totals {
	const known = remembered.get(plan);
	if (known) return known;
	const totals: Mutable = { ...noTotals };
	for (const entry of plan.entries) addToTotals(totals, entry, entry.decision, 1);
	remembered.set(plan, totals);
	return totals;
}

type Mutable = { -readonly [Name in keyof Totals]: number };

/** Counts an entry in, or out again, as if it were decided so. */
export function addToTotals(totals: Mutable, entry: Entry, decision: Decision, sign: 1 | -1): void {
	if (decision === "declined") {
		totals.leftOut += sign;
		if (isUnanswered(entry)) totals.attention += sign;
		return;
	}
	switch (entry.kind) {
		case "file":
		case "generated":
			totals.files += sign;
			totals.bytes += sign * entry.size;
			break;
		case "symlink":
			totals.links += sign;
			break;
		case "directory":
			totals.directories += sign;
			break;
		case "device":
			totals.devices += sign;
			break;
	}
}
