import { type Acknowledgement, findAcknowledged, findReported, requireDay } from "../../core/cage/acknowledgement.ts";
import type { ComparingMachine, Context } from "../context.ts";
import { type CheckedCage, reportedBy, today } from "./check.ts";

export interface AcknowledgementRequest {
	/** Names of findings, see `findReported`. */
	readonly accept: readonly string[];
	readonly revoke: readonly string[];
	/** `YYYY-MM-DD`, for all of `accept`. */
	readonly until?: string;
}

/**
 * Stores which findings of a checked cage an administrator has seen, or no longer counts as seen. Calls `log` for each change. Throws
 * `finding-not-reported`, `finding-ambiguous`, `acknowledgement-unknown`, `until-invalid` or `until-past` (exit 2) before anything
 * changes.
 */
export async function acknowledge(
	{ machine }: Pick<Context<ComparingMachine>, "machine">,
	checked: CheckedCage,
	{ accept, revoke, until }: AcknowledgementRequest,
	log: (action: string, details: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
	const { now, recording, store } = machine;
	const { damage, name } = checked;
	if (damage) throw damage;
	const last = until === undefined ? {} : { until: requireDay(until, today(now())) };
	const seen = { by: recording.who(), at: new Date(now()).toISOString(), ...last };
	await using _lock = await store.lock(name);
	const stored = await store.upkeep.acknowledgements(name);
	const accepted = accept.map((text): Acknowledgement => ({ ...findReported(name, text, reportedBy(checked)), ...seen }));
	const revoked = new Set(revoke.map((text) => findAcknowledged(name, text, stored).id));
	const isReplaced = ({ id }: Acknowledgement) => revoked.has(id) || accepted.some((one) => one.id === id);
	await store.upkeep.saveAcknowledgements(name, [...stored.filter((one) => !isReplaced(one)), ...accepted]);
	const findings = accepted.map(({ id }) => id);
	if (findings.length) await log("finding-acknowledged", { findings, by: seen.by, ...last });
	if (revoked.size) await log("acknowledgement-revoked", { findings: [...revoked], by: seen.by });
}
