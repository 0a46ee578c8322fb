import type { Cage } from "../../core/cage/cage.ts";
import { footprintOf } from "../../core/cage/footprint.ts";
import { Failure } from "../../core/failure.ts";
import type { SearchOutcome } from "../../core/minimise/units.ts";
import type { Missing } from "../../core/plan/missing.ts";
import type { Addition, Plan } from "../../core/plan/plan.ts";
import type { Answers } from "../../core/questions/answers.ts";
import type { Tested } from "../../core/selftest/verdict.ts";
import type { Trace } from "../../core/trace/trace.ts";
import { addSeconds, buildStep, type Candidate, planStep, timed, trialStep, withState } from "../../engine/build/steps.ts";
import { layoutOf, type PresentCage } from "../../engine/cages.ts";
import type { Context } from "../../engine/context.ts";
import { findMinimum } from "../../engine/minimise/find.ts";
import { minimisedCage } from "../../engine/minimise/minimise.ts";
import { type Subject, subjectOf } from "../../engine/minimise/subject.ts";
import { adoptData, checkDedicatedAccount, provideAccount } from "../../engine/plan/dedicated-account.ts";
import type { Store } from "../../engine/store.ts";
import { additionsFor, remedies, summarise } from "../../engine/trial/remedies.ts";
import type { TrialRound } from "../../engine/trial/trial.ts";
import type { TriedRound } from "./session.ts";
import type { RestoredWork, Work } from "./stored-work.ts";
import type { Unneeded } from "./values.ts";

export type TriedCage = PresentCage & { readonly plan: Plan };

/** What the steps share: trace, plan, candidate and round. */
export class WorkInProgress {
	cage: Cage | undefined;
	trace: Trace | undefined;
	plan: Plan | undefined;
	additions: readonly Addition[] = [];
	/** Additions since the last round. */
	accepted: readonly Addition[] = [];
	/** Everything that `make` would have added in the rounds so far. */
	proposed: readonly Addition[] = [];
	candidate: Candidate | undefined;
	round: TrialRound | undefined;
	/** The result of the candidate's self-test. */
	tested: Tested | undefined;
	/** The result of the search for unneeded files. */
	unneeded: { readonly subject: Subject; readonly found: SearchOutcome } | undefined;
	/** Takes back the cage's own account and its data's new owner. */
	#takeBack: (() => Promise<void>) | undefined;
	readonly #store: Store;

	constructor(store: Store) {
		this.#store = store;
	}

	snapshot(): Work {
		const { accepted, additions, cage, candidate, proposed, round, trace } = this;
		return {
			cage,
			trace,
			additions,
			accepted,
			proposed,
			round,
			candidate: candidate && { generation: candidate.manifest.generation, madeAt: candidate.manifest.madeAt },
		};
	}

	/** Starts from a stored session, or from nothing. Discard the candidate first. */
	load(kept: RestoredWork | undefined): void {
		this.cage = kept?.cage;
		this.trace = kept?.trace;
		this.plan = undefined;
		this.additions = kept?.additions ?? [];
		this.accepted = kept?.accepted ?? [];
		this.proposed = kept?.proposed ?? [];
		this.round = kept?.round;
	}

	/** Adds the fixes for these missing items of the last round. */
	accept(missing: readonly Missing[]): void {
		if (!this.round) return;
		this.accepted = additionsFor(missing, this.additions);
		this.additions = [...this.additions, ...this.accepted];
		this.plan = undefined;
	}

	/** The cage under these answers. Throws `not-traced` (exit 2). */
	current(answers: Answers): Cage {
		if (!this.cage) throw new Failure("not-traced", { name: answers.name }, 2);
		return { ...this.cage, rules: answers.rules, additions: this.additions };
	}

	/** Throws `not-traced` (exit 2). */
	traced(): Trace {
		if (!this.trace) throw new Failure("not-traced", { name: this.cage?.name ?? "" }, 2);
		return this.trace;
	}

	/** The candidate as a cage. Throws `cage-not-built` (exit 2). */
	tried(): TriedCage {
		const { cage, candidate } = this;
		if (!candidate || !cage) throw new Failure("cage-not-built", { name: cage?.name ?? "" }, 2);
		const { manifest, plan } = candidate;
		return {
			cage: { ...cage, additions: this.additions },
			plan,
			manifest,
			generation: manifest.generation,
			layout: layoutOf(this.#store, manifest, cage),
		};
	}

	/**
	 * Creates the cage's own account if it is missing, before the first build. Throws what `checkDedicatedAccount`, `planStep` and
	 * `adoptData` throw.
	 */
	async provideAccount(context: Context, answers: Answers): Promise<void> {
		const { dedicatedAccount: name } = this.current(answers);
		if (name === undefined || this.#takeBack) return;
		await checkDedicatedAccount(context, answers.name, name);
		const account = await provideAccount(context, answers.name, name);
		try {
			// Now with the account's ids.
			this.plan = await planStep(context, this.current(answers), this.traced());
			const data = await adoptData(context, answers.name, this.plan, await this.#store.present(answers.name));
			this.#takeBack = async () => {
				await data.undo();
				await account.undo();
			};
		} catch (error) {
			await account.undo();
			throw error;
		}
	}

	/** After the candidate became the current generation, its account stays. */
	published(): void {
		this.candidate = this.round = this.#takeBack = undefined;
	}

	/** Removes what a build made, unless it was published. */
	async abandon(): Promise<void> {
		await this.discardCandidate();
		const takeBack = this.#takeBack;
		this.#takeBack = undefined;
		await takeBack?.();
	}

	/** Removes the candidate unless it is the current generation. */
	async discardCandidate(): Promise<void> {
		const { candidate } = this;
		this.candidate = undefined;
		this.tested = undefined;
		this.unneeded = undefined;
		if (!candidate) return;
		const { generation, name } = candidate.manifest;
		if ((await this.#store.present(name)) !== generation) await this.#store.building.discard(name, generation);
	}
}

/** One round: builds a candidate and tests it. Calls `built` when the candidate is on disk. */
export async function buildAndTry(
	context: Context,
	work: WorkInProgress,
	answers: Answers,
	built: () => void,
): Promise<TriedRound> {
	await work.provideAccount(context, answers);
	const plan = work.plan ?? (await planStep(context, work.current(answers), work.traced()));
	const previous = await context.machine.store.present(answers.name);
	const build = await timed(context, "build", () =>
		buildStep(context, answers.name, plan, work.candidate?.manifest.generation ?? previous),
	);
	const candidate = build.value;
	const { generation } = candidate.manifest;
	if (work.candidate?.manifest.generation !== generation) await work.discardCandidate();
	work.candidate = candidate;
	// Not the plan's rules, because they also contain what it mounts without a rule.
	const cage = withState(work.current(answers), plan);
	work.cage = cage;
	built();
	const round = cage.trials.length + 1;
	const tried = await timed(context, "trial", () =>
		trialStep(context, cage, candidate, work.traced(), round, Math.max(answers.rounds, round)),
	);
	work.round = tried.value;
	work.tested = undefined;
	work.proposed = [...work.proposed, ...remedies(tried.value, [...work.additions, ...work.proposed])];
	const seconds = build.seconds + tried.seconds;
	const summary = summarise(context, tried.value, generation, work.accepted, seconds);
	work.cage = {
		...cage,
		footprint: footprintOf(plan, work.traced()),
		trials: [...cage.trials, summary],
		seconds: addSeconds(cage.seconds, build.seconds, tried.seconds),
	};
	work.accepted = [];
	return { ...tried.value, generation, added: summary.added, seconds };
}

/** `stop` ends the search with the best result so far. Throws like `findMinimum`. */
export async function findUnneededOf(
	context: Context,
	work: WorkInProgress,
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

/** Leaves the unneeded files out of the next plan. */
export function leaveOutUnneeded(context: Context, work: WorkInProgress): void {
	if (!work.unneeded) return;
	const cage = minimisedCage(context, work.unneeded.subject, work.unneeded.found);
	work.cage = cage;
	work.additions = cage.additions;
	work.plan = undefined;
	work.unneeded = undefined;
}
