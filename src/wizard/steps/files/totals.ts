import { atOnce, type Pausable } from "../../../core/pausable.ts";
import type { Entry, Plan } from "../../../core/plan/plan.ts";
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
	const totals = remembered.get(plan) ?? atOnce(makeTotals(plan));
	remembered.set(plan, totals);
	return totals;
}

/** In turns, so that no key waits for it. */
export function* prepareTotals(plan: Plan): Pausable<void> {
	if (!remembered.has(plan)) remembered.set(plan, yield* makeTotals(plan));
}

function* makeTotals(plan: Plan): Pausable<Totals> {
	const totals: Mutable = { ...noTotals };
	for (const [at, entry] of plan.entries.entries()) {
		if (at % 500 === 0) yield;
		count(totals, entry);
	}
	return totals;
}

type Mutable = { -readonly [Name in keyof Totals]: number };

function count(totals: Mutable, entry: Entry): void {
	if (entry.decision === "declined") {
		totals.leftOut++;
		if (isUnanswered(entry)) totals.attention++;
		return;
	}
	switch (entry.kind) {
		case "file":
		case "generated":
			totals.files++;
			totals.bytes += entry.size;
			break;
		case "symlink":
			totals.links++;
			break;
		case "directory":
			totals.directories++;
			break;
		case "device":
			totals.devices++;
			break;
	}
}
