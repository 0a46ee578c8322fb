import type { Entry, Plan } from "../../plan/plan.ts";
import { needsAttention } from "./attention.ts";

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
	for (const entry of plan.entries) add(totals, entry, 1);
	remembered.set(plan, totals);
	return totals;
}

/** The same with some of the entries decided otherwise. */
export function totalsWith(plan: Plan, changed: Iterable<readonly [before: Entry, after: Entry]>): Totals {
	const totals: Mutable = { ...totalsOf(plan) };
	for (const [before, after] of changed) {
		add(totals, before, -1);
		add(totals, after, 1);
	}
	return totals;
}

type Mutable = { -readonly [Name in keyof Totals]: number };

function add(totals: Mutable, entry: Entry, sign: 1 | -1): void {
	if (entry.decision === "declined") {
		totals.leftOut += sign;
		if (needsAttention(entry)) totals.attention += sign;
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
