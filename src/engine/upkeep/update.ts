import type { Cage } from "../../core/cage/cage.ts";
import { comparePlanWithManifest, type Difference, isSame, significantChanges } from "../../core/cage/difference.ts";
import { driftedPaths, knownFiles, type PackageDrift } from "../../core/cage/drift.ts";
import { type Edit, stateOfEdit, type Winner, withEdits } from "../../core/cage/edits.ts";
import type { Retention } from "../../core/cage/retention.ts";
import { omitUndefined } from "../../core/collections.ts";
import { Failure } from "../../core/failure.ts";
import { isPublic } from "../../core/machine/public.ts";
import { defaultRounds } from "../../core/options/answers.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Missing } from "../../core/plan/missing.ts";
import type { Entry, Plan } from "../../core/plan/plan.ts";
import { addTraces, type Trace } from "../../core/trace/trace.ts";
import type { MadeCage, RecordWriter } from "../build/draft.ts";
import { rebuild } from "../build/make.ts";
import { timed } from "../build/steps.ts";
import { clearOldGenerations, restartOrRevert, switching } from "../build/switching.ts";
import { traceStep } from "../build/trace-step.ts";
import { type PresentCage, presentCage, requireTrace } from "../cages.ts";
import { type Context, launchMethod } from "../context.ts";
import { planCage } from "../plan/plan-cage.ts";
import { notRestarted, type RestartResult, restartCage } from "../run/restart.ts";
import { missedOf, withMissed } from "../trace/failure-watch.ts";
import { requireRunnable } from "../trace/probe-lines.ts";
import { hasSamePackages, hostDrift } from "./drift.ts";

/** Returns those that the update includes. */
type TakeMissed = (missed: readonly Missing[]) => Promise<readonly Missing[]>;

interface UpdateOptions {
	/** Whose configuration wins if both the cage's and the host's were changed; asked once for each cage. */
	readonly winner: (conflicts: readonly Edit[]) => Promise<Winner>;
	/** Chooses items missed in production; asked if there is something. */
	readonly takeMissed?: TakeMissed;
	readonly selftest: boolean;
	/** False leaves running processes in the generation they were started in. */
	readonly restart: boolean;
	/** Applies from now on. */
	readonly retention?: Retention;
}

export interface UpdatePlan {
	readonly name: string;
	/** The present generation. */
	readonly from: number;
	readonly drift: readonly PackageDrift[];
	readonly difference: Difference;
	/** All configuration that was edited in the cage, and those files that also changed on the host. */
	readonly edits: readonly Edit[];
	readonly conflicts: readonly Edit[];
	/** Failures in production that the plan does not cover, included on request. */
	readonly missed: readonly Missing[];
	/** False if a build would produce the same generation. */
	readonly isNeeded: boolean;
}

export interface UpdateResult {
	readonly plan: UpdatePlan;
	/** Absent if there was nothing to build; what ran in an older generation may still have been restarted. */
	readonly made?: MadeCage;
	readonly restarted: RestartResult;
}

/** The host's changes for a cage and their effect. Changes nothing. Throws `not-traced` (exit 2) and `update-private` (exit 4). */
export async function planUpdate(context: Context, name: string, takeMissed?: TakeMissed): Promise<UpdatePlan> {
	return (await prepare(context, name, takeMissed)).update;
}

interface PreparedUpdate {
	readonly present: PresentCage;
	readonly trace: Trace;
	readonly planned: Plan;
	readonly update: UpdatePlan;
}

async function prepare(context: Context, name: string, takeMissed: TakeMissed = async () => []): Promise<PreparedUpdate> {
	const { machine, signal } = context;
	const found = await presentCage(context, name);
	const { generation: from, manifest } = found;
	const trace = await requireTrace(machine.store, name);
	const drift = await hostDrift(context, manifest, false);
	const edits = await machine.store.edits(manifest, signal);
	const conflicts = edits.filter((edit) => stateOfEdit(edit) === "conflict");
	const known = knownFiles(manifest, drift, hasSamePackages(context, manifest));
	const first = await timed(context, "plan", () => planCage(context, found.cage, trace, known));
	const missed = await missedOf(context, name, trace, first.value);
	const taken = await takeMissed(missed);
	const present = taken.length ? { ...found, cage: withMissed(found.cage, taken) } : found;
	const planned = taken.length ? await planCage(context, present.cage, trace, known) : first.value;
	if (taken.length) refusePrivate(context, name, { before: first.value, planned, taken });
	context.emit({ event: "plan-made", plan: planned });
	const next = withEdits(planned, manifest, edits, () => "cage");
	// A file with a new time that is not in the drift was read and has the same content.
	const other = driftedPaths(drift);
	const difference = significantChanges(comparePlanWithManifest(next, manifest), other);
	const isNeeded = drift.length > 0 || !isSame(difference);
	return { present, trace, planned, update: { name, from, drift, difference, edits, conflicts, missed, isNeeded } };
}

interface MissedItems {
	readonly before: Plan;
	readonly planned: Plan;
	readonly taken: readonly Missing[];
}

/**
 * An included item may bring others, such as a link's target. Throws `update-private` (exit 4) if not everybody may read one of them
 * and nobody chose it.
 */
function refusePrivate({ machine }: Context, name: string, { before, planned, taken }: MissedItems): void {
	const { files } = machine;
	const isTaken = ({ decision, kind }: Entry) => decision === "include" && (kind === "file" || kind === "socket");
	const given = ({ entries, shared, writable }: Plan) =>
		[...entries.filter(isTaken), ...shared, ...writable.flatMap(({ seeds }) => seeds)].map(({ path }) => path);
	const known = new Set(given(before));
	const chosen = new Set(
		taken.flatMap((one) => (one.private && one.path !== undefined ? [one.path, files.resolve(one.path) ?? one.path] : [])),
	);
	const path = given(planned).find((one) => !known.has(one) && !chosen.has(one) && !isPublic(one, files));
	if (path !== undefined) throw new Failure("update-private", { name, path: showPath(path) }, 4);
}

/**
 * Updates a cage from the host: traces the application again if programs or libraries changed, builds the next generation, tries
 * it in a sandbox on a copy of the data, publishes it and restarts what runs. A failure before the publication leaves the present
 * generation (`update-refused`, exit 1); if what was restarted does not answer, the previous generation returns (`update-undone`,
 * exit 1). Never changes state.
 */
export async function updateCage(
	context: Context,
	name: string,
	options: UpdateOptions,
	writeRecord: RecordWriter,
): Promise<UpdateResult> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	const prepared = await prepare(context, name, options.takeMissed);
	const { present, update } = prepared;
	if (options.retention) await store.saveCage({ ...present.cage, retention: options.retention });
	if (!update.isNeeded) {
		if (options.retention) await clearOldGenerations(context, { ...present.cage, retention: options.retention }, update.from);
		const restart = async () => (options.restart ? await restartCage(context, name) : notRestarted);
		return { plan: update, restarted: await switching(context, present, false, restart) };
	}
	launchMethod(context, false);
	await requireRunnable(context, { probes: present.cage.application.probes, exercises: present.cage.exercises });
	const winner = update.conflicts.length ? await options.winner(update.conflicts) : "cage";
	return await switching(context, present, options.restart, async () => {
		const made = await build(context, prepared, options, winner, writeRecord);
		return { plan: update, made, restarted: await restartOrRevert(context, present, options.restart, "update-undone") };
	});
}

async function build(
	context: Context,
	{ planned, present, trace, update }: PreparedUpdate,
	{ retention, selftest }: UpdateOptions,
	winner: Winner,
	writeRecord: RecordWriter,
): Promise<MadeCage> {
	const before: Cage = { ...present.cage, ...omitUndefined({ retention }) };
	const cage: Cage = { ...before, trials: [] };
	const plans = async () => {
		const seen = await traceAgain(context, cage, update, trace);
		if (seen === trace) return { plan: planned, trace };
		const plan = await planCage(context, cage, seen);
		await context.machine.store.saveTrace(cage.name, seen);
		return { plan, trace: seen };
	};
	const options = { selftest, winner, action: "updated", refusal: "update-refused", writeRecord } as const;
	return rebuild(context, { before, cage, generation: present.generation }, plans, options);
}

/**
 * Traces again, because a new version may open other files. Earlier observations still count, since they came from an exercise or
 * a trial. If only configuration changed, or if the application was traced while it already ran, the trial alone decides.
 */
async function traceAgain(context: Context, cage: Cage, { drift }: UpdatePlan, trace: Trace): Promise<Trace> {
	const isCode = drift.some(({ files }) => files.some(({ path }) => !path.startsWith("/etc/")));
	const wasAttached = (cage.notes ?? []).some(({ code }) => code === "attached-late");
	if (!isCode || wasAttached) return trace;
	const { accepted, application, dedicatedAccount, name, onHost, parameters, rules, template, unit } = cage;
	const { result } = await traceStep(
		context,
		{
			name,
			application,
			rules,
			onHost,
			rounds: defaultRounds,
			...omitUndefined({ template, parameters, unit, notes: cage.notes, accepted, dedicatedAccount }),
		},
		{},
	);
	return addTraces(trace, result.trace);
}
