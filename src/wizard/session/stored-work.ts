import { Failure } from "../../base/failure.ts";
import type { Cage } from "../../cage/cage.ts";
import type { CageDraft } from "../../make/engine/draft.ts";
import type { TrialRound } from "../../make/engine/trial.ts";
import type { Addition } from "../../plan/plan.ts";
import { type TraceJson, traceFromJson, traceToJson } from "../../trace/json.ts";
import type { Trace } from "../../trace/trace.ts";

/** The engine's part of a session. */
export interface Work {
	readonly cage: Cage | undefined;
	readonly trace: Trace | undefined;
	readonly accepted: readonly Addition[];
	/** Everything that `make` would have added in the rounds so far. */
	readonly proposed: readonly Addition[];
	readonly round: TrialRound | undefined;
	/** A generation that is built, but not current. */
	readonly candidate: { readonly generation: number; readonly madeAt: string } | undefined;
}

export function workOf(draft: CageDraft | undefined): Work {
	const { accepted = [], candidate, cage, proposed = [], round, trace } = draft ?? {};
	const { generation, madeAt } = candidate?.manifest ?? {};
	const built = generation === undefined || madeAt === undefined ? undefined : { generation, madeAt };
	return { cage, trace, accepted, proposed, round, candidate: built };
}

const traces = new WeakMap<Trace, object>();

/** Returns the same object for the same trace, so that it is written only once. */
function storable(trace: Trace): object {
	const value = traces.get(trace) ?? { toJSON: () => traceToJson(trace) };
	traces.set(trace, value);
	return value;
}

export function workToFields({ trace, ...work }: Work): Readonly<Record<string, unknown>> {
	return {
		workTrace: trace && storable(trace),
		workCage: work.cage,
		workAdditions: work.cage?.additions ?? [],
		workAccepted: work.accepted,
		workProposed: work.proposed,
		workRound: work.round,
		workCandidate: work.candidate,
	};
}

export function stateOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const { about, workAccepted, workAdditions, workCage, workCandidate, workProposed, workRound, workTrace, ...state } = fields;
	return state;
}

export type RestoredWork = Pick<Work, "accepted" | "proposed" | "round"> & {
	readonly cage: Cage;
	readonly trace: Trace;
};

/** Undefined if there is no trace or it is unreadable. */
export function workFromFields(fields: Readonly<Record<string, unknown>>): RestoredWork | undefined {
	const { workAccepted, workAdditions, workCage, workProposed, workRound, workTrace } = fields;
	if (!isCage(workCage) || typeof workTrace !== "object" || workTrace === null) return undefined;
	try {
		return {
			cage: { ...workCage, additions: listOf(workAdditions) as unknown as readonly Addition[] },
			trace: traceFromJson(workTrace as TraceJson),
			accepted: listOf(workAccepted) as unknown as readonly Addition[],
			proposed: listOf(workProposed) as unknown as readonly Addition[],
			round: isRound(workRound) ? workRound : undefined,
		};
	} catch (error) {
		if (error instanceof Failure) throw error;
		return undefined;
	}
}

function listOf(value: unknown): readonly object[] {
	return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

function isCage(value: unknown): value is Cage {
	const cage = (value ?? {}) as Partial<Record<keyof Cage, unknown>>;
	const lists = [cage.additions, cage.exercises, cage.signals, cage.trials];
	const objects = [cage.application, cage.rules, cage.seconds];
	return (
		typeof cage.name === "string" && lists.every(Array.isArray) && objects.every((one) => typeof one === "object" && one !== null)
	);
}

function isRound(value: unknown): value is TrialRound {
	const round = (value ?? {}) as Partial<Record<keyof TrialRound, unknown>>;
	return (
		typeof round.round === "number" &&
		typeof round.answered === "boolean" &&
		Array.isArray(round.missing) &&
		typeof round.output === "string"
	);
}
