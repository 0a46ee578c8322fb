import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { Store } from "../../base/engine/store.ts";
import { Failure } from "../../base/failure.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Winner } from "../../cage/edits.ts";
import { layoutOf, type PresentCage, readableManifest } from "../../cage/engine/cages.ts";
import { adoptData, checkDedicatedAccount, provideAccount } from "../../cage/engine/dedicated-account.ts";
import { footprintOf } from "../../cage/footprint.ts";
import { type Counts, countEntries, type Manifest } from "../../cage/manifest.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Addition, Plan } from "../../plan/plan.ts";
import { keepEvidence, recordOf } from "../../record/engine/record.ts";
import type { CageRecord } from "../../record/record.ts";
import { selftestIfPossible, selftestStep } from "../../selftest/engine/selftest.ts";
import { type SelftestOutcome, storedResults } from "../../selftest/verdict.ts";
import type { Rules } from "../../service/application.ts";
import type { Trace } from "../../trace/trace.ts";
import { orDiskFull, trialFailure } from "./failures.ts";
import { additionsFor, remedies, summarise } from "./remedies.ts";
import { addSeconds, buildStep, type Candidate, planStep, timed, trialStep, withState } from "./steps.ts";
import { clearOldGenerations, makePresent } from "./switching.ts";
import type { TrialRound } from "./trial.ts";

interface DraftContent {
	readonly cage: Cage;
	readonly trace: Trace;
	readonly plan?: Plan | undefined;
	readonly candidate?: Candidate;
	readonly accepted?: readonly Addition[] | undefined;
	readonly proposed?: readonly Addition[];
	readonly round?: TrialRound | undefined;
	/** Build although the present generation cannot be read. */
	readonly replacesDamaged?: boolean;
}

/** A candidate as a cage. */
type CandidateCage = PresentCage & { readonly plan: Plan };

export interface MadeCage {
	readonly cage: Cage;
	readonly plan: Plan;
	readonly manifest: Manifest;
	readonly counts: Counts;
	readonly answered: boolean;
	readonly missing: readonly Missing[];
	readonly record: string;
}

/** Renders the record that is stored with the cage. */
export type RecordWriter = (record: CageRecord) => string;

interface PublishOptions {
	readonly writeRecord: RecordWriter;
	/** Action for the log. Default: `made` or `rebuilt`. */
	readonly action?: string | undefined;
	/** Leaves the candidate for another attempt if it cannot be published. */
	readonly keepsCandidate?: boolean;
}

/**
 * A cage that is being made: its trace, its plan, the candidate and the trials so far. `undo` removes everything that it created,
 * unless `publish` made it the present generation. Whoever has it holds the cage's lock.
 */
export class CageDraft {
	cage: Cage;
	readonly trace: Trace;
	plan: Plan | undefined;
	/** Additions since the last round. */
	accepted: readonly Addition[];
	/** Everything that `make` would have added in the rounds so far. */
	proposed: readonly Addition[];
	candidate: Candidate | undefined;
	round: TrialRound | undefined;
	/** The candidate's self-test. */
	tested: SelftestOutcome | undefined;
	#buildSeconds = 0;
	/** The generation to build on. */
	#previous: { readonly generation: number | undefined } | undefined;
	/** Removes the cage's own account and reverts its data's new owner. */
	#undoAccount: (() => Promise<void>) | undefined;
	readonly #replacesDamaged: boolean;
	readonly #store: Store;

	constructor(store: Store, { replacesDamaged = false, ...content }: DraftContent) {
		this.#store = store;
		this.#replacesDamaged = replacesDamaged;
		this.cage = content.cage;
		this.trace = content.trace;
		this.plan = content.plan;
		this.candidate = content.candidate;
		this.accepted = content.accepted ?? [];
		this.proposed = content.proposed ?? [];
		this.round = content.round;
	}

	/** Changes the cage, so that the next build needs a new plan. */
	change(cage: Cage): void {
		this.cage = cage;
		this.plan = undefined;
	}

	/** Applies the decisions with which the plan was made. */
	decide(rules: Rules): void {
		this.cage = { ...this.cage, rules };
	}

	/** Before the application is traced again. */
	forgetRounds(): void {
		this.round = undefined;
		this.proposed = [];
	}

	/** The current plan. Throws like `planStep`. */
	async planned(context: Context): Promise<Plan> {
		this.plan ??= await planStep(context, this.cage, this.trace);
		return this.plan;
	}

	/**
	 * Creates the cage's own account if it is missing, before the first build. Throws what `checkDedicatedAccount`, `planStep` and
	 * `adoptData` throw.
	 */
	async provideAccount(context: Context): Promise<void> {
		const { dedicatedAccount, name } = this.cage;
		if (dedicatedAccount === undefined || this.#undoAccount) return;
		await checkDedicatedAccount(context, name, dedicatedAccount);
		const account = await provideAccount(context, name, dedicatedAccount);
		try {
			// Now with the account's ids.
			this.plan = await planStep(context, this.cage, this.trace);
			const data = await adoptData(context, name, this.plan, await this.#buildsOn());
			this.#undoAccount = async () => {
				await data.undo();
				await account.undo();
			};
		} catch (error) {
			await account.undo();
			throw error;
		}
	}

	/** Builds a candidate. Discards an earlier one of this draft. */
	async build(context: Context, winner?: Winner): Promise<Candidate> {
		const plan = await this.planned(context);
		const { name } = this.cage;
		const previous = this.candidate?.manifest.generation ?? (await this.#buildsOn());
		const { seconds, value } = await timed(context, "build", () => buildStep(context, { name, plan, previous, winner }));
		if (this.candidate?.manifest.generation !== value.manifest.generation) await this.discardCandidate();
		this.candidate = value;
		this.#buildSeconds = seconds;
		// Not the plan's rules, because they also contain what it mounts without a rule.
		const cage = withState(this.cage, plan);
		this.cage = { ...cage, footprint: footprintOf(plan, this.trace), seconds: addSeconds(cage.seconds, { build: seconds }) };
		return value;
	}

	/** Throws a Failure if the candidate cannot be launched. */
	async audit(context: Context): Promise<void> {
		const { cage, layout, manifest } = this.built();
		await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [] });
	}

	/** Tests the candidate. `most` is the number of rounds after which the caller gives up. */
	async try(context: Context, most: number): Promise<TrialRound> {
		const { cage, trace } = this;
		const candidate = this.built();
		const { generation } = candidate;
		const round = cage.trials.length + 1;
		const rounds = Math.max(most, round);
		const { seconds, value } = await timed(context, "trial", () =>
			trialStep(context, { ...candidate, trace }, { round, rounds }),
		);
		this.round = value;
		this.tested = undefined;
		this.proposed = [...this.proposed, ...remedies(value, [...cage.additions, ...this.proposed])];
		const summary = summarise(context, value, { generation, added: this.accepted, seconds: this.#buildSeconds + seconds });
		this.cage = { ...cage, trials: [...cage.trials, summary], seconds: addSeconds(cage.seconds, { trial: seconds }) };
		this.accepted = [];
		return value;
	}

	/** Adds what `make` adds automatically after a round. Returns false if there is nothing. */
	addRemedies(): boolean {
		return this.round !== undefined && this.#add(remedies(this.round, this.cage.additions));
	}

	/** Adds the fixes for these missing items of the last round. */
	accept(missing: readonly Missing[]): void {
		if (this.round) this.#add(additionsFor(missing, this.cage.additions));
	}

	#add(additions: readonly Addition[]): boolean {
		this.accepted = additions;
		this.change({ ...this.cage, additions: [...this.cage.additions, ...additions] });
		return additions.length > 0;
	}

	/** The candidate as a cage. Throws `cage-not-built` (exit 2). */
	built(): CandidateCage {
		const { cage, candidate } = this;
		if (!candidate) throw new Failure("cage-not-built", { name: cage.name }, 2);
		const { manifest, plan } = candidate;
		const layout = layoutOf(this.#store, manifest, withState(cage, plan));
		return { cage, plan, manifest, generation: manifest.generation, layout };
	}

	/** Tries the escape techniques in the candidate. */
	async selftest(context: Context): Promise<SelftestOutcome> {
		const { cage, manifest } = this.built();
		this.tested = await selftestIfPossible(context, cage, manifest);
		return this.tested;
	}

	/**
	 * Throws the reason why the application does not answer in its last round, or why it fails an exercise if those are required, or
	 * `cage-not-built` (exit 2).
	 */
	async requireAnswer(requireExercises = false): Promise<void> {
		const { round } = this;
		const { cage, plan } = this.built();
		if (!round) throw new Failure("cage-not-built", { name: cage.name }, 2);
		if (round.answered && !(requireExercises && round.failedExercises.length)) return;
		throw await orDiskFull(this.#store, cage.name, trialFailure(cage.name, round, plan));
	}

	/** Replaces the result of another generation's self-test by that of the candidate, if one is wanted. */
	async judge(context: Context, wantsSelftest = true): Promise<Cage> {
		const { manifest } = this.built();
		const { selftest: _, ...cage } = this.cage;
		const at = new Date(context.machine.now()).toISOString();
		const test = this.tested?.test;
		if (test) this.cage = { ...cage, ...storedResults(test, at, manifest.generation) };
		else this.cage = this.tested || !wantsSelftest ? cage : { ...cage, ...(await selftestStep(context, cage, manifest)) };
		return this.cage;
	}

	/** Makes the candidate the present generation, and updates log and record. */
	async publish(context: Context, { action, keepsCandidate, writeRecord }: PublishOptions): Promise<MadeCage> {
		const store = this.#store;
		const { cage, generation, manifest, plan } = this.built();
		const { answered = false, missing = [] } = this.round ?? {};
		const made = { cage, plan, manifest, counts: countEntries(manifest), answered, missing };
		const previous = await this.#buildsOn();
		const note = async () => {
			await store.log(cage.name, action ?? (previous === undefined ? "made" : "rebuilt"), {
				generation,
				rounds: cage.trials.length,
				files: made.counts.files,
				bytes: made.counts.bytes,
				answered,
				...omitUndefined({ accepted: cage.accepted }),
			});
			await keepEvidence(context, made);
			return store.records.saveText(cage.name, writeRecord(await recordOf(context, cage.name)));
		};
		const record = await this.makePresent(context, note, keepsCandidate);
		await store.upkeep.markStale(cage.name, undefined);
		await clearOldGenerations(context, cage, generation);
		return { ...made, record };
	}

	/** Makes the candidate the present generation and calls `note`. If that fails, the previous generation returns. */
	async makePresent<T>(context: Context, note: () => Promise<T>, keepsCandidate = false): Promise<T> {
		const { cage, generation } = this.built();
		const giveUp = keepsCandidate ? undefined : () => this.discardCandidate();
		const result = await makePresent(context, cage, generation, { note, giveUp });
		this.candidate = this.round = this.#undoAccount = this.#previous = undefined;
		return result;
	}

	/** Runs work that builds the draft, and undoes everything if it fails. */
	async orUndo<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			// Report the first error, also if a broken disk keeps the candidate.
			await this.discardCandidate().catch(() => {});
			await this.undo();
			throw error;
		}
	}

	/** Removes what the draft created, unless it was published. */
	async undo(): Promise<void> {
		try {
			await this.discardCandidate();
		} finally {
			const undoAccount = this.#undoAccount;
			this.#undoAccount = undefined;
			await undoAccount?.();
		}
	}

	/** Removes the candidate unless it is the present generation. */
	async discardCandidate(): Promise<void> {
		const { candidate } = this;
		this.candidate = this.tested = undefined;
		if (!candidate) return;
		const { generation, name } = candidate.manifest;
		if ((await this.#store.present(name)) !== generation) await this.#store.building.discard(name, generation);
	}

	/** Throws `manifest-damaged`, unless the draft replaces a damaged cage. */
	async #buildsOn(): Promise<number | undefined> {
		const { name } = this.cage;
		this.#previous ??= {
			generation: await readableManifest(this.#store, name, await this.#store.present(name), this.#replacesDamaged),
		};
		return this.#previous.generation;
	}
}
