import type { Cage } from "../core/cage/cage.ts";
import { footprintOf } from "../core/cage/footprint.ts";
import { countEntries } from "../core/cage/manifest.ts";
import { Failure } from "../core/failure.ts";
import type { Addition } from "../core/plan/make-plan.ts";
import type { Missing } from "../core/plan/missing.ts";
import type { Plan } from "../core/plan/plan.ts";
import { type Answers, isName } from "../core/questions/answers.ts";
import { withDepartures } from "../core/questions/departures.ts";
import { equivalentCommand } from "../core/questions/equivalent.ts";
import { summariseSelftest, type Tested } from "../core/selftest/verdict.ts";
import { templateFromCage } from "../core/template/from-cage.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { ReviewRow } from "../core/wizard/review.ts";
import type { InstalledUnit, ProbeAttempt, Resumed } from "../core/wizard/seen.ts";
import type { TextPage, WizardState } from "../core/wizard/state.ts";
import type { HostView } from "../core/wizard/surroundings.ts";
import { finishedWith, installFor } from "./afterwards.ts";
import { CageLock } from "./cage-lock.ts";
import { layoutOf, type PresentCage, presentCage } from "./cages.ts";
import type { Chooser } from "./chooser.ts";
import type { Context, Machine } from "./context.ts";
import type { Event } from "./events.ts";
import { ExerciseQueue } from "./exercise-queue.ts";
import { trialFailure } from "./failures.ts";
import { SessionKeeper } from "./kept-session.ts";
import { openLeft } from "./left-session.ts";
import { publish, type RecordWriter, tested } from "./make.ts";
import { remedies, summarise } from "./remedies.ts";
import { selftestIfPossible } from "./selftest.ts";
import type { Choice, Finished, Lack, Problem, TriedRound, WizardSession, WizardTrace } from "./session.ts";
import { discardCandidate, leftSessions, removeSession } from "./sessions.ts";
import { shellIn } from "./shell.ts";
import { addSeconds, buildStep, type Candidate, planStep, timed, traceStep, trialStep } from "./steps.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { TrialRound } from "./trial.ts";
import { tryProbe } from "./try-probe.ts";
import { validateAnswers } from "./validate.ts";

export interface Surroundings {
	/** The state folder, where it is not the one that is taken without a word. */
	readonly state?: string;
	/** TERM of whoever sits before the wizard. */
	readonly terminal: string;
	/** Nothing weaker than every layer is accepted. */
	readonly full: boolean;
}

type TriedCage = PresentCage & { readonly plan: Plan };

/** The use cases, strung together for a person who goes forward and back. */
export class Wizard implements WizardSession {
	readonly #machine: Machine;
	readonly #chooser: Chooser;
	readonly #writeRecord: RecordWriter;
	readonly #surroundings: Surroundings;
	readonly #listeners = new Set<(event: Event) => void>();
	#controller = new AbortController();
	/** Whatever runs at the moment; settled when nothing of it is left. */
	#work: Promise<unknown> = Promise.resolve();
	readonly #lock: CageLock;
	#cage: Cage | undefined;
	#trace: Trace | undefined;
	#plan: Plan | undefined;
	#additions: Addition[] = [];
	#accepted: Addition[] = [];
	#candidate: Candidate | undefined;
	#round: TrialRound | undefined;
	/** What became of the ways out of the candidate. */
	#tested: Tested | undefined;
	/** All that `make` would have added in the rounds so far. */
	#proposed: Addition[] = [];
	#service: string | undefined;
	readonly #exercises = new ExerciseQueue();
	/** A build or its trial runs, or waits to run. */
	#building = false;
	readonly #keeper: SessionKeeper;

	constructor(machine: Machine, chooser: Chooser, writeRecord: RecordWriter, surroundings: Surroundings) {
		this.#machine = machine;
		this.#chooser = chooser;
		this.#writeRecord = writeRecord;
		this.#surroundings = surroundings;
		this.#lock = new CageLock(machine.store);
		this.#keeper = new SessionKeeper(machine.sessions, () => ({
			cage: this.#cage,
			trace: this.#trace,
			additions: this.#additions,
			accepted: this.#accepted,
			proposed: this.#proposed,
			round: this.#round,
			candidate: this.#candidate && { generation: this.#candidate.manifest.generation, madeAt: this.#candidate.manifest.madeAt },
		}));
		machine.commands.listen((event) => this.#emit(event));
	}

	listen(listener: (event: Event) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async lacks(): Promise<Lack[]> {
		return this.#machine.doctor
			.examine()
			.filter((finding) => finding.state === "missing")
			.map((finding) => ({ what: finding.what, ...(finding.package === undefined ? {} : { package: finding.package }) }));
	}

	async install(lacks: readonly Lack[]): Promise<void> {
		await this.#machine.doctor.install(
			lacks.flatMap((lack) => lack.package ?? []),
			(text) => this.#emit({ event: "output-received", text: `${text}\n` }),
		);
	}

	async choices(): Promise<readonly Choice[]> {
		const { now, sessions } = this.#machine;
		return [...(await leftSessions(sessions, now(), this.#keeper.id)), ...(await this.#chooser.choices())];
	}

	async propose(choice: Choice, watch = false): Promise<Answers> {
		return this.#startAnew(await this.#chooser.propose(choice, watch));
	}

	async proposeCommand(line: string): Promise<Answers> {
		return this.#startAnew(await this.#chooser.proposeCommand(line));
	}

	/** What was done for another application until now stays a session of its own. */
	#startAnew(answers: Answers): Promise<Answers> {
		return this.#run(async () => {
			await this.#discardCandidate();
			await this.#keeper.close();
			await this.#lock.release();
			this.#cage = this.#trace = this.#plan = this.#round = undefined;
			this.#additions = this.#accepted = this.#proposed = [];
			return answers;
		});
	}

	validate(answers: Answers): Promise<Problem[]> {
		return validateAnswers(this.#context(), answers);
	}

	tryProbe(line: string, answers: Answers): Promise<readonly ProbeAttempt[]> {
		return this.#run((context) => tryProbe(context, answers, line));
	}

	trace(answers: Answers, add = false): Promise<WizardTrace> {
		return this.#run(async (context) => {
			await this.#lock.take(answers.name);
			await this.#discardCandidate();
			this.#round = undefined;
			this.#exercises.clear();
			this.#proposed = [];
			const earlier = add && this.#cage && this.#trace ? { earlier: { cage: this.#current(answers), trace: this.#trace } } : {};
			const more = () => this.#exercises.next(this.#controller.signal);
			const { added, cage, reached, result } = await traceStep(context, answers, { more, coverage: true, ...earlier });
			this.#additions = [...cage.additions];
			this.#cage = cage;
			this.#trace = result.trace;
			return { ...result, ...(added ? { added } : {}), ...(reached ? { reached } : {}) };
		});
	}

	exercise(line: string): void {
		this.#exercises.add(line);
	}

	enough(): void {
		this.#exercises.end();
	}

	plan(answers: Answers): Promise<Plan> {
		return this.#run(async (context) => {
			const { value, seconds } = await timed(context, "plan", () => planStep(context, this.#current(answers), this.#traced()));
			this.#plan = value;
			if (this.#cage) this.#cage = { ...this.#cage, seconds: { ...this.#cage.seconds, plan: seconds } };
			return value;
		});
	}

	async surroundings(answers: Answers): Promise<HostView> {
		return surroundingsOf(this.#machine, answers, await this.#commandFor(answers));
	}

	buildAndTry(answers: Answers): Promise<TriedRound> {
		this.#building = true;
		return this.#run((context) => this.#buildAndTry(context, answers)).finally(() => {
			this.#building = false;
		});
	}

	async #buildAndTry(context: Context, answers: Answers): Promise<TriedRound> {
		const plan = this.#plan ?? (await planStep(context, this.#current(answers), this.#traced()));
		const previous = await this.#machine.store.present(answers.name);
		const built = await timed(context, "build", () =>
			buildStep(context, answers.name, plan, this.#candidate?.manifest.generation ?? previous),
		);
		if (this.#candidate?.manifest.generation !== built.value.manifest.generation) await this.#discardCandidate();
		this.#candidate = built.value;
		// Should we be killed in the trial, whoever comes next knows what is left of it.
		this.#keeper.write();
		const cage = this.#current(answers);
		const round = cage.trials.length + 1;
		const tried = await timed(context, "trial", () =>
			trialStep(context, cage, built.value, this.#traced(), round, Math.max(answers.rounds, round)),
		);
		this.#round = tried.value;
		this.#tested = undefined;
		this.#proposed = [...this.#proposed, ...remedies(tried.value, [...this.#additions, ...this.#proposed])];
		const seconds = built.seconds + tried.seconds;
		const summary = summarise(context, tried.value, built.value.manifest.generation, this.#accepted, seconds);
		this.#cage = {
			...cage,
			footprint: footprintOf(plan, this.#traced()),
			trials: [...cage.trials, summary],
			seconds: addSeconds(cage.seconds, built.seconds, tried.seconds),
		};
		this.#accepted = [];
		return { ...tried.value, generation: summary.generation, added: summary.added, seconds };
	}

	accept(missing: readonly Missing[]): void {
		if (!this.#round) return;
		this.#accepted = remedies({ ...this.#round, missing }, this.#additions);
		this.#additions = [...this.#additions, ...this.#accepted];
		this.#plan = undefined;
	}

	/** The ways out of the last candidate. */
	selftest(answers: Answers): Promise<Tested> {
		return this.#withCandidate(answers, async (context, { cage, manifest }) => {
			const tested = await selftestIfPossible(context, cage, manifest);
			this.#tested = tested;
			return tested;
		});
	}

	async shell(answers: Answers): Promise<number> {
		const options = { command: [], keepWrites: false, terminal: this.#surroundings.terminal };
		// Once it is saved, the candidate is what the cage runs.
		if (!this.#round) return this.#run(async (context) => shellIn(context, await presentCage(context, answers.name), options));
		return this.#withCandidate(answers, (context, tried) => shellIn(context, tried, options));
	}

	/** The candidate of a session that was left is gone; it is made and tried once more. */
	async #withCandidate<T>(answers: Answers, work: (context: Context, tried: TriedCage) => Promise<T>): Promise<T> {
		if (!this.#candidate && this.#round) await this.buildAndTry(answers);
		return this.#run((context) => work(context, this.#tried()));
	}

	async finish(answers: Answers): Promise<Finished> {
		return this.#withCandidate(answers, async (context, { cage, manifest, plan }) => {
			const { now, store } = this.#machine;
			const round = this.#round;
			if (!round) throw new Failure("cage-not-built", { name: answers.name }, 2);
			if (!round.answered) throw trialFailure(answers.name, round);
			const previous = await store.present(answers.name);
			await store.saveTrace(answers.name, this.#traced());
			const { answered, missing } = round;
			const made = await publish(
				context,
				{
					cage: this.#tested
						? withVerdict(cage, this.#tested, new Date(now()).toISOString())
						: await tested(context, this.#current(answers), manifest),
					plan,
					manifest,
					counts: countEntries(manifest),
					answered,
					missing,
				},
				previous,
				this.#writeRecord,
			);
			this.#candidate = this.#round = undefined;
			this.#service = this.#chooser.serviceOf(answers);
			const { state } = this.#surroundings;
			return finishedWith(this.#machine, made, {
				command: await this.#commandFor(answers),
				...(this.#service === undefined ? {} : { service: this.#service }),
				...(state === undefined ? {} : { state }),
			});
		});
	}

	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string> {
		return this.#chooser.saveReview(path, name, rows);
	}

	async saveTemplate(name: string, answers: Answers): Promise<string> {
		if (!isName(name)) throw new Failure("name-invalid", { name }, 2);
		return this.#machine.store.saveTemplate(templateFromCage(name.toLowerCase(), answers.application, answers.rules).template);
	}

	async text(page: TextPage): Promise<string> {
		const name = this.#cage?.name ?? "";
		if (page === "record") return (await this.#machine.store.record(name)) ?? "";
		return this.#chooser.unit(name, page === "dropin" ? this.#service : undefined);
	}

	installUnit(service: string | undefined): Promise<InstalledUnit> {
		return this.#run((context) => installFor(context, this.#cage?.name ?? "", service, this.#surroundings.full));
	}

	async cancel(): Promise<void> {
		const building = this.#building;
		this.#controller.abort();
		this.#exercises.wake();
		await this.#work.catch(() => {});
		this.#controller = new AbortController();
		if (!building) return;
		// What was built so far is nobody's: not the candidate, and where there was no cage before, nothing at all.
		await this.#discardCandidate();
		await this.#lock.clear();
	}

	keep(state: WizardState): void {
		this.#keeper.keep(state);
	}

	forget(): void {
		this.#keeper.forget();
	}

	discard(id: string): Promise<void> {
		return removeSession(this.#context(), id);
	}

	resume(id: string): Promise<Resumed> {
		return this.#run(async ({ machine }) => {
			const { opened, resumed, work } = await openLeft(machine, id);
			try {
				if (work) await this.#lock.move(work.cage.name);
				await this.#discardCandidate();
				if (work) await discardCandidate(machine, work.cage.name, opened.fields.workCandidate);
				await this.#keeper.adopt(opened);
			} catch (error) {
				opened.held.release();
				throw error;
			}
			this.#cage = work?.cage;
			this.#trace = work?.trace;
			this.#plan = undefined;
			this.#additions = [...(work?.additions ?? [])];
			this.#accepted = [...(work?.accepted ?? [])];
			this.#proposed = [...(work?.proposed ?? [])];
			this.#round = work?.round;
			return resumed;
		});
	}

	/** Ends everything that was not finished: nothing of a candidate stays. The session does; resolves with why it could not. */
	async close(): Promise<Failure | undefined> {
		await this.cancel();
		await this.#discardCandidate();
		await this.#keeper.close();
		await this.#lock.release();
		const { failure } = this.#keeper;
		return failure === undefined ? undefined : new Failure("session-not-kept", {}, 1, failure);
	}

	async #commandFor(answers: Answers): Promise<string> {
		const cage = this.#cage;
		const same = cage
			? withDepartures(withExercises(answers, cage), {
					proposed: this.#proposed,
					added: this.#additions,
					rounds: cage.trials.length,
				})
			: answers;
		return equivalentCommand(same, await this.#chooser.base(answers), this.#surroundings.state);
	}

	#run<T>(work: (context: Context) => Promise<T>): Promise<T> {
		// One thing at a time: a key pressed twice must not start two builds.
		const next = this.#work.catch(() => {}).then(() => work(this.#context()));
		this.#work = next;
		return next;
	}

	#context(): Context {
		return { machine: this.#machine, emit: (event) => this.#emit(event), signal: this.#controller.signal };
	}

	#emit(event: Event): void {
		for (const listener of this.#listeners) listener(event);
	}

	#current(answers: Answers): Cage {
		if (!this.#cage) throw new Failure("not-traced", { name: answers.name }, 2);
		return { ...this.#cage, rules: answers.rules, additions: this.#additions };
	}

	/** The candidate, and the cage that it would be. */
	#tried(): TriedCage {
		const cage = this.#cage;
		if (!this.#candidate || !cage) throw new Failure("cage-not-built", { name: cage?.name ?? "" }, 2);
		const { manifest, plan } = this.#candidate;
		const { rules } = plan;
		return {
			cage: { ...cage, rules, additions: this.#additions },
			plan,
			manifest,
			generation: manifest.generation,
			layout: layoutOf(this.#machine.store, manifest),
		};
	}

	#traced(): Trace {
		if (!this.#trace) throw new Failure("not-traced", { name: this.#cage?.name ?? "" }, 2);
		return this.#trace;
	}

	async #discardCandidate(): Promise<void> {
		const { store } = this.#machine;
		const candidate = this.#candidate;
		this.#candidate = undefined;
		this.#tested = undefined;
		if (!candidate) return;
		const { generation, name } = candidate.manifest;
		if ((await store.present(name)) !== generation) await store.discard(name, generation);
	}
}

/** What was exercised while tracing belongs to what made the cage. */
function withExercises(answers: Answers, { exercises }: Cage): Answers {
	const { application } = answers;
	const more = exercises.filter((line) => !application.exercises.includes(line));
	return more.length ? { ...answers, application: { ...application, exercises: [...application.exercises, ...more] } } : answers;
}

function withVerdict({ selftest: _, ...cage }: Cage, { test }: Tested, at: string): Cage {
	return test ? { ...cage, selftest: summariseSelftest(test, at) } : cage;
}
