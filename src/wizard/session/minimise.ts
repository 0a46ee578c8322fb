import type { Context } from "../../engine/context.ts";
import { findMinimum } from "../../engine/minimise/find.ts";
import { minimisedCage } from "../../engine/minimise/minimise.ts";
import { subjectOf } from "../../engine/minimise/subject.ts";
import type { Unneeded } from "./values.ts";
import type { TriedCage, WorkInHand } from "./work-in-hand.ts";

/** Finds what of the candidate nothing needs; `stop` ends the search with the best so far. Throws as `findMinimum` does. */
export async function findUnneededOf(
	context: Context,
	work: WorkInHand,
	tried: TriedCage,
	search: { readonly jobs: number; readonly stop: AbortSignal },
): Promise<Unneeded> {
	work.unneeded = undefined;
	const rules = { keep: [], keepKinds: [], giveUp: [], exercises: [] };
	const subject = await subjectOf(context, { ...tried, trace: work.traced() }, rules);
	const found = await findMinimum(context, subject, search);
	work.unneeded = { subject, found };
	return { ...found, units: subject.units };
}

/** The next plan goes without what was found. */
export function leaveOutUnneeded(context: Context, work: WorkInHand): void {
	if (!work.unneeded) return;
	const cage = minimisedCage(context, work.unneeded.subject, work.unneeded.found);
	work.cage = cage;
	work.additions = cage.additions;
	work.plan = undefined;
	work.unneeded = undefined;
}
