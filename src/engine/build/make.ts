import { type Cage, withoutRequest } from "../../core/cage/cage.ts";
import type { Winner } from "../../core/cage/edits.ts";
import { footprintOf } from "../../core/cage/footprint.ts";
import { type Counts, countEntries, type Manifest } from "../../core/cage/manifest.ts";
import { Failure } from "../../core/failure.ts";
import type { Missing } from "../../core/plan/missing.ts";
import type { Addition, Plan } from "../../core/plan/plan.ts";
import { type Answers, defaultRounds } from "../../core/questions/answers.ts";
import type { CageRecord } from "../../core/record/record.ts";
import type { Trace } from "../../core/trace/trace.ts";
import { readableManifest } from "../cages.ts";
import { type Context, launchMethod } from "../context.ts";
import { adoptData, checkDedicatedAccount, provideAccount, provideStartAccount } from "../plan/dedicated-account.ts";
import { keepEvidence, recordOf } from "../record/record.ts";
import { selftestStep } from "../selftest/selftest.ts";
import type { TraceOptions } from "../trace/trace.ts";
import { ignoreFullDisk, orDiskFull, trialFailure } from "../trial/failures.ts";
import { remedies, summarise } from "../trial/remedies.ts";
import type { TrialRound } from "../trial/trial.ts";
import { tryAsService } from "../trial/unit-trial.ts";
import {
	addSeconds,
	buildStep,
	checkName,
	planStep,
	takeDocumented,
	timed,
	trialStep,
	warnUnusedAllowances,
	withState,
} from "./steps.ts";
import { clearOldGenerations, makePresent } from "./switching.ts";
import { traceStep } from "./trace-step.ts";

interface MakeOptions {
	readonly replace: boolean;
	/** Runs the escape techniques once the application answers. */
	readonly selftest: boolean;
	/** Builds nothing that fails an exercise which passed in the trace. */
	readonly requireExercises?: boolean;
	/** Asked once, before anything is built. If it returns false, nothing is created. */
	readonly confirm: (plan: Plan) => Promise<boolean>;
	readonly more?: TraceOptions["more"];
	/** Includes what the application's documentation names beyond the plan. */
	readonly takeDocumented?: boolean;
}

export interface MadeCage {
	readonly cage: Cage;
	readonly plan: Plan;
	readonly manifest: Manifest;
	readonly counts: Counts;
	readonly answered: boolean;
	readonly missing: readonly Missing[];
	readonly record: string;
}

/** Runs the whole job. Returns undefined if the plan was not confirmed. */
export async function makeCage(
	context: Context,
	answers: Answers,
	options: MakeOptions,
	writeRecord: RecordWriter,
): Promise<MadeCage | undefined> {
	const { machine } = context;
	// Fail before tracing if this machine could not confine the application.
	launchMethod(context, false);
	await using _lock = await machine.store.lock(answers.name);
	await checkName(context, answers, options.replace);
	const begun = await beginCage(context, answers, options);
	if (!begun) return undefined;
	const made = await finishCage(context, begun, options, writeRecord).catch(async (error: unknown) => {
		await begun.account.undo();
		throw error;
	});
	return { ...made, cage: await tryAsService(context, made.cage) };
}

interface BegunCage {
	/** The cage's own account if the application starts as it. */
	readonly account: Awaited<ReturnType<typeof provideStartAccount>>;
	readonly answers: Answers;
	readonly cage: Cage;
	readonly planned: Plan;
	readonly trace: Trace;
}

async function finishCage(
	context: Context,
	{ answers, cage, planned, trace }: BegunCage,
	{ replace, requireExercises = false, selftest }: MakeOptions,
	writeRecord: RecordWriter,
): Promise<MadeCage> {
	const { store } = context.machine;
	const previous = await readableManifest(store, answers.name, await store.present(answers.name), replace);
	return withOwnAccount(context, cage, planned, trace, previous, (plan) =>
		rounds(context, cage, plan, trace, { most: answers.rounds, previous, writeRecord, selftest, requireExercises }),
	);
}

/** Everything before the confirmation, after which the trace is stored. Returns undefined if the plan was not confirmed. */
async function beginCage(
	context: Context,
	answers: Answers,
	{ confirm, more, replace, takeDocumented: isTaken }: MakeOptions,
): Promise<BegunCage | undefined> {
	const account = await provideStartAccount(context, answers);
	try {
		const { cage: watched, result } = await traceStep(context, answers, { replace, ...(more ? { more } : {}) });
		const traced = isTaken ? await takeDocumented(context, watched, result.trace) : watched;
		const planned = await timed(context, "plan", () => planStep(context, traced, result.trace));
		if (!(await confirm(planned.value))) {
			await account.undo();
			return undefined;
		}
		warnUnusedAllowances(context, planned.value);
		await context.machine.store.saveTrace(answers.name, result.trace);
		const cage = { ...traced, seconds: { ...traced.seconds, plan: planned.seconds } };
		return { account, answers, cage, planned: planned.value, trace: result.trace };
	} catch (error) {
		await account.undo();
		throw error;
	}
}

/** Runs work that needs the cage's own account. If the work fails, an account that was created for it is removed. */
export async function withOwnAccount<T>(
	context: Context,
	cage: Cage,
	planned: Plan,
	trace: Trace,
	previous: number | undefined,
	work: (plan: Plan) => Promise<T>,
): Promise<T> {
	const { dedicatedAccount: name } = cage;
	if (name === undefined) return work(planned);
	await checkDedicatedAccount(context, cage.name, name);
	const account = await provideAccount(context, cage.name, name);
	try {
		const plan = await planStep(context, cage, trace);
		const data = await adoptData(context, cage.name, plan, previous);
		try {
			return await work(plan);
		} catch (error) {
			await data.undo();
			throw error;
		}
	} catch (error) {
		await account.undo();
		throw error;
	}
}

/**
 * Builds and tries a changed cage. If that fails, `before` and its generation stay. Throws the failure `refusal`, whose cause is the
 * reason.
 */
export async function rebuild(
	context: Context,
	{ before, cage, generation }: { readonly before: Cage; readonly cage: Cage; readonly generation: number },
	plans: () => Promise<{ readonly plan: Plan; readonly trace: Trace }>,
	{ refusal, ...options }: Omit<RoundsOptions, "most" | "previous"> & { readonly refusal: string },
): Promise<MadeCage> {
	const { store } = context.machine;
	try {
		const { plan, trace } = await plans();
		return await withOwnAccount(context, cage, plan, trace, generation, (own) =>
			rounds(context, cage, own, trace, { ...options, most: defaultRounds, previous: generation }),
		);
	} catch (error) {
		// The stored description must match the generation that stays.
		await ignoreFullDisk(store.saveCage(before));
		if (context.signal.aborted || !(error instanceof Failure)) throw error;
		await ignoreFullDisk(store.log(cage.name, refusal, { generation, problem: error.code }));
		throw new Failure(refusal, { name: cage.name, generation }, error.exit, error);
	}
}

/** Renders the record that is stored with the cage. */
export type RecordWriter = (record: CageRecord) => string;

interface RoundsOptions {
	readonly most: number;
	/** The generation to build on. */
	readonly previous: number | undefined;
	readonly writeRecord: RecordWriter;
	readonly selftest?: boolean | undefined;
	readonly requireExercises?: boolean;
	/** Whose configuration wins if both the cage's and the host's were changed. */
	readonly winner?: Winner;
	/** Action for the log. Default: `made` or `rebuilt`. */
	readonly action?: string;
}

/** Builds and tries the cage until all probes pass and nothing is missing that can be added, or until nothing more can be done. */
export async function rounds(
	context: Context,
	start: Cage,
	firstPlan: Plan,
	trace: Trace,
	{ action, most, previous, requireExercises, selftest = true, winner, writeRecord }: RoundsOptions,
): Promise<MadeCage> {
	const { store } = context.machine;
	let cage = withState(start, firstPlan);
	let plan = firstPlan;
	let added: Addition[] = [];
	let unused: number | undefined;
	const discardUnused = async () => {
		const isUsed = unused === previous || unused === (await store.present(cage.name));
		if (unused !== undefined && !isUsed) await store.building.discard(cage.name, unused);
		unused = undefined;
	};
	try {
		for (let round = 1; ; round++) {
			const built = await timed(context, "build", () => buildStep(context, cage.name, plan, unused ?? previous, winner));
			const candidate = built.value;
			const { generation } = candidate.manifest;
			if (unused !== generation) await discardUnused();
			unused = generation;
			const tried = await timed(context, "trial", () => trialStep(context, cage, candidate, trace, round, most));
			const { answered, missing } = tried.value;
			cage = {
				...cage,
				footprint: footprintOf(plan, trace),
				trials: [...cage.trials, summarise(context, tried.value, generation, added, built.seconds + tried.seconds)],
				seconds: addSeconds(cage.seconds, built.seconds, tried.seconds),
			};
			added = remedies(tried.value, cage.additions);
			if (added.length && round < most) {
				cage = { ...cage, additions: [...cage.additions, ...added] };
				plan = await planStep(context, cage, trace);
				cage = withState(cage, plan);
				continue;
			}
			if (!answered || (requireExercises && tried.value.failedExercises.length)) {
				await failed(context, cage, plan, tried.value);
			}
			cage = await withSelftest(context, cage, candidate.manifest, selftest);
			const counts = countEntries(candidate.manifest);
			const made = { cage, plan, manifest: candidate.manifest, counts, answered, missing };
			const published = await publish(context, made, previous, writeRecord, action, discardUnused);
			unused = undefined;
			return published;
		}
	} finally {
		await discardUnused();
	}
}

/** Adds this generation's self-test result if one is wanted. Drops that of another generation. */
export async function withSelftest(context: Context, cage: Cage, manifest: Manifest, wanted = true): Promise<Cage> {
	const { selftest: _, ...rest } = cage;
	return wanted ? { ...rest, ...(await selftestStep(context, rest, manifest)) } : rest;
}

/** Makes the candidate the present generation and updates the log and the record. */
export async function publish(
	context: Context,
	made: Omit<MadeCage, "record">,
	previous: number | undefined,
	writeRecord: RecordWriter,
	action = previous === undefined ? "made" : "rebuilt",
	giveUp?: () => Promise<void>,
): Promise<MadeCage> {
	const { store } = context.machine;
	const { cage, counts, manifest } = made;
	const { generation } = manifest;
	const note = async () => {
		await store.log(cage.name, action, {
			generation,
			rounds: cage.trials.length,
			files: counts.files,
			bytes: counts.bytes,
			answered: made.answered,
			...(cage.accepted ? { accepted: cage.accepted } : {}),
		});
		await keepEvidence(context, made);
		return store.records.saveText(cage.name, writeRecord(await recordOf(context, cage.name)));
	};
	const record = await makePresent(context, cage, generation, { note, ...(giveUp ? { giveUp } : {}) });
	await store.upkeep.markStale(cage.name, undefined);
	await clearOldGenerations(context, cage, manifest.generation);
	return { ...made, record };
}

/** Stores everything for the next attempt, then throws the reason of the failure. */
async function failed(context: Context, cage: Cage, plan: Plan, round: TrialRound): Promise<never> {
	const { store } = context.machine;
	const failure = await orDiskFull(store, cage.name, trialFailure(cage.name, round, plan));
	await ignoreFullDisk(store.saveCage(withoutRequest(cage)));
	await ignoreFullDisk(store.log(cage.name, "trial-failed", { rounds: cage.trials.length }));
	throw failure;
}
