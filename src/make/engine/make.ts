import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import { Failure, type FailureCode } from "../../base/failure.ts";
import { type Cage, withoutRequest } from "../../cage/cage.ts";
import type { Winner } from "../../cage/edits.ts";
import { provideStartAccount } from "../../cage/engine/dedicated-account.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { type Answers, defaultRounds } from "../../options/answers.ts";
import type { Plan } from "../../plan/plan.ts";
import type { TraceOptions } from "../../trace/engine/trace.ts";
import type { Trace } from "../../trace/trace.ts";
import { CageDraft, type MadeCage, type RecordWriter } from "./draft.ts";
import { ignoreFullDisk } from "./failures.ts";
import { checkName, planStep, takeDocumented, timed, warnUnusedAllowances } from "./steps.ts";
import { traceStep } from "./trace-step.ts";
import type { TrialRound } from "./trial.ts";
import { tryAsService } from "./unit-trial.ts";

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
	const account = await provideStartAccount(context, answers);
	let made: MadeCage | undefined;
	try {
		const draft = await draftCage(context, answers, options);
		const { requireExercises = false, selftest } = options;
		made = draft && (await runRounds(context, draft, { most: answers.rounds, writeRecord, selftest, requireExercises }));
	} finally {
		if (!made) await account.undo();
	}
	return made && { ...made, cage: await tryAsService(context, made.cage) };
}

/** Everything before the confirmation, after which the trace is stored. Returns undefined if the plan was not confirmed. */
async function draftCage(
	context: Context,
	answers: Answers,
	{ confirm, more, replace, takeDocumented: isTaken }: MakeOptions,
): Promise<CageDraft | undefined> {
	const { store } = context.machine;
	const { cage: traced, result } = await traceStep(context, answers, { replace, ...omitUndefined({ more }) });
	const { trace } = result;
	const cage = isTaken ? await takeDocumented(context, traced, trace) : traced;
	const { seconds, value: plan } = await timed(context, "plan", () => planStep(context, cage, trace));
	if (!(await confirm(plan))) return undefined;
	warnUnusedAllowances(context, plan);
	await store.saveTrace(answers.name, trace);
	const planned = { ...cage, seconds: { ...cage.seconds, plan: seconds } };
	return new CageDraft(store, { cage: planned, trace, plan, replacesDamaged: replace });
}

/**
 * Builds and tries a changed cage. If that fails, `before` and its generation stay. Throws the failure `refusal`, whose cause is the
 * reason.
 */
export async function rebuild(
	context: Context,
	{ before, cage, generation }: { readonly before: Cage; readonly cage: Cage; readonly generation: number },
	plans: () => Promise<{ readonly plan: Plan; readonly trace: Trace }>,
	{ refusal, ...options }: Omit<RoundsOptions, "most"> & { readonly refusal: FailureCode },
): Promise<MadeCage> {
	const { store } = context.machine;
	try {
		const draft = new CageDraft(store, { cage, ...(await plans()) });
		return await runRounds(context, draft, { ...options, most: defaultRounds });
	} catch (error) {
		// The stored description must match the generation that stays.
		await ignoreFullDisk(store.saveCage(before));
		if (context.signal.aborted || !(error instanceof Failure)) throw error;
		await ignoreFullDisk(store.log(cage.name, refusal, { generation, problem: error.code }));
		throw new Failure(refusal, { name: cage.name, generation }, error.exit, error);
	}
}

interface RoundsOptions {
	readonly most: number;
	readonly writeRecord: RecordWriter;
	readonly selftest?: boolean | undefined;
	readonly requireExercises?: boolean;
	/** Whose configuration wins if both the cage's and the host's were changed. */
	readonly winner?: Winner;
	/** Action for the log. Default: `made` or `rebuilt`. */
	readonly action?: string;
}

/**
 * Builds and tries the cage until all probes pass and nothing is missing that can be added, or until nothing more can be done. Then
 * publishes it, or undoes everything.
 */
export function runRounds(
	context: Context,
	draft: CageDraft,
	{ action, most, requireExercises, selftest, winner, writeRecord }: RoundsOptions,
): Promise<MadeCage> {
	const { store } = context.machine;
	return draft.orUndo(async () => {
		await draft.provideAccount(context);
		for (let round = 1; ; round++) {
			await draft.build(context, winner);
			await draft.try(context, most);
			if (round === most || !draft.addRemedies()) break;
		}
		await draft.requireAnswer(requireExercises).catch(async (error: unknown) => {
			// The next attempt continues with the additions.
			await ignoreFullDisk(store.saveCage(withoutRequest(draft.cage)));
			await ignoreFullDisk(store.log(draft.cage.name, "trial-failed", { rounds: draft.cage.trials.length }));
			throw error;
		});
		await draft.judge(context, selftest);
		return draft.publish(context, { action, writeRecord });
	});
}

export interface PresentTrial {
	/** As stored. */
	readonly cage: Cage;
	readonly generation: number;
	readonly round: TrialRound;
	readonly seconds: number;
}

/** Tests the present generation once, and stores the result with the cage. The caller holds the cage's lock. */
export async function tryPresent(
	context: Context,
	{
		cage,
		manifest,
		plan,
		trace,
	}: { readonly cage: Cage; readonly manifest: Manifest; readonly plan: Plan; readonly trace: Trace },
	wantsSelftest: boolean,
): Promise<PresentTrial> {
	const { store } = context.machine;
	const candidate = { plan, manifest, unchanged: true };
	const draft = new CageDraft(store, { cage: { ...cage, trials: [] }, trace, plan, candidate });
	const round = await draft.try(context, 1);
	const judged = await draft.judge(context, wantsSelftest && round.answered);
	const tried = { ...judged, seconds: cage.seconds, trials: [...cage.trials, ...judged.trials] };
	const { generation } = manifest;
	const { answered, missing } = round;
	await store.saveCage(tried);
	const accepted = cage.accepted ? { accepted: cage.accepted } : {};
	await store.log(cage.name, "tried", { generation, answered, missing: missing.length, ...accepted });
	return { cage: tried, generation, round, seconds: judged.trials[0]?.seconds ?? 0 };
}
