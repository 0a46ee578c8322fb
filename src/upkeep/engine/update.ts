import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { isPublic } from "../../base/machine/facts.ts";
import { showPath } from "../../base/path/quote.ts";
import { type Cage, type Retention, withoutRequest, withoutRestored } from "../../cage/cage.ts";
import { comparePlanWithManifest, type Difference, isSame, significantChanges } from "../../cage/difference.ts";
import { type Edit, stateOfEdit, type Winner, withEdits } from "../../cage/edits.ts";
import {
	layoutOf,
	type PresentCage,
	presentCage,
	presentGeneration,
	requireNothingWider,
	requireTrace,
} from "../../cage/engine/cages.ts";
import { planCage } from "../../cage/engine/plan-cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { driftedPaths, knownFiles, type PackageDrift } from "../../check/drift.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import { hostDrift } from "../../check/engine/drift.ts";
import { missedOf, withMissed } from "../../failure-watch/engine/failure-watch.ts";
import type { MadeCage, RecordWriter } from "../../make/engine/draft.ts";
import { rebuild } from "../../make/engine/make.ts";
import { timed } from "../../make/engine/steps.ts";
import { clearOldGenerations, makePresent, restartOrRevert, switching } from "../../make/engine/switching.ts";
import { traceStep } from "../../make/engine/trace-step.ts";
import { defaultRounds } from "../../options/answers.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import { requireRunnable } from "../../probe/engine/probing.ts";
import { hasSamePackages } from "../../service/engine/packages.ts";
import { addTraces, type Trace } from "../../trace/trace.ts";
import { notRestarted, type RestartResult, restartCage } from "../../unit/engine/restart.ts";

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
		const made = await build(context, { ...prepared, winner }, options, writeRecord);
		return { plan: update, made, restarted: await restartOrRevert(context, present, options.restart, "update-undone") };
	});
}

interface DecidedUpdate extends PreparedUpdate {
	/** Whose version of the conflicting files is used. */
	readonly winner: Winner;
}

async function build(
	context: Context,
	{ planned, present, trace, update, winner }: DecidedUpdate,
	{ retention, selftest }: UpdateOptions,
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

/**
 * Publishes an older generation (by default the previous one) after an audit and restarts what runs. The data stays. Throws
 * `nothing-before` (exit 1) or `no-such-generation` (exit 2).
 */
export async function rollbackCage(
	context: Context,
	name: string,
	options: { readonly to?: number; readonly restart: boolean },
): Promise<{ readonly from: number; readonly to: number; readonly restarted: RestartResult }> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	// Does not read the present manifest, so that a rollback works if it is damaged.
	const present = await presentGeneration(context, name);
	const { cage, generation: from } = present;
	const to = await rollbackTarget(context, name, from, options.to);
	const manifest = await requireSound(context, cage, to);
	await requireNothingWider(
		context,
		name,
		manifest.writable.map(({ path }) => path),
	);
	return await switching(context, present, options.restart, async () => {
		// Files that return must not be removed again by the next update.
		const returned = withoutRequest(withoutRestored(cage, new Set(manifest.entries.map(({ path }) => path))));
		await makePresent(context, returned, to, { note: () => store.log(name, "rolled-back", { from, generation: to }) });
		return { from, to, restarted: await restartOrRevert(context, present, options.restart, "rollback-undone") };
	});
}

/** The generation that a rollback would return to. */
export async function rollbackTarget({ machine }: Context, name: string, from: number, asked?: number): Promise<number> {
	const others = (await machine.store.generations(name)).filter((one) => one !== from);
	if (asked !== undefined) {
		if (!others.includes(asked)) throw new Failure("no-such-generation", { name, generation: asked }, 2);
		return asked;
	}
	const before = others.filter((one) => one < from).at(-1);
	if (before === undefined) throw new Failure("nothing-before", { name, generation: from }, 1);
	return before;
}

async function requireSound(context: Context, cage: Cage, generation: number): Promise<Manifest> {
	const { machine } = context;
	const manifest = await machine.store.manifest(cage.name, generation);
	if (!manifest) throw new Failure("no-such-generation", { name: cage.name, generation }, 2);
	await machine.store.building.bringBackState(manifest);
	await auditGeneration(context, manifest, layoutOf(machine.store, manifest, cage), { accepted: cage.accepted ?? [] });
	return manifest;
}
