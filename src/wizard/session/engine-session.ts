import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import type { Event } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import { accountNames } from "../../base/machine/accounts.ts";
import type { Path } from "../../base/path/path.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import { provideStartAccount } from "../../cage/engine/dedicated-account.ts";
import { shellIn } from "../../launch/engine/run.ts";
import { CageDraft } from "../../make/engine/draft.ts";
import { timed } from "../../make/engine/steps.ts";
import { traceStep } from "../../make/engine/trace-step.ts";
import { type ProbeTry, tryProbe } from "../../make/engine/try-probe.ts";
import { findMinimum } from "../../minimise/engine/find.ts";
import { minimisedCage } from "../../minimise/engine/minimise.ts";
import { type Subject, subjectOf } from "../../minimise/engine/subject.ts";
import type { SearchOutcome } from "../../minimise/units.ts";
import { type Answers, isName } from "../../options/answers.ts";
import { equivalentCommand, repeatingCommand } from "../../options/equivalent.ts";
import { withAdditions } from "../../options/trial-decisions.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import type { SelftestOutcome } from "../../selftest/verdict.ts";
import type { Choice } from "../state/choice.ts";
import type { ActionPreview, ActionRequest, CagePage, CageView, HomeList, ViewRow } from "../state/home.ts";
import type { FileHead, TextPage, WizardState } from "../state/state.ts";
import type {
	EditedCage,
	FinishedCage,
	HostView,
	Installation,
	InstalledUnit,
	MissingRequirement,
	Problem,
	RecordNames,
	ResumedSession,
	SavedTemplate,
	UnneededFiles,
} from "../state/values.ts";
import type { ReviewRow } from "../steps/build/review.ts";
import { CageLock } from "./cage-lock.ts";
import { editedCage } from "./edited-cage.ts";
import { ExerciseQueue } from "./exercise-queue.ts";
import { asMade, canInstall, finishedWith, installFor, keepNames, recordNames } from "./finish.ts";
import { readHostView } from "./host-view.ts";
import { discardCandidate, openSaved, removeSession, savedSessions } from "./saved-sessions.ts";
import type { Chooser, Home, Planner, SessionOptions, TriedRound, WizardSession, WizardTrace } from "./session.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { workOf } from "./stored-work.ts";
import { validateAnswers } from "./validate.ts";

/** The use cases for a user who moves forward and back between them. */
export class Wizard implements WizardSession {
	readonly #machine: Machine;
	readonly #chooser: Chooser;
	readonly #planner: Planner;
	readonly #options: SessionOptions;
	readonly #listeners = new Set<(event: Event) => void>();
	#controller = new AbortController();
	/** The current work. Settles when nothing of it is left. */
	#work: Promise<unknown> = Promise.resolve();
	readonly #lock: CageLock;
	#draft: CageDraft | undefined;
	/** The result of the search for unneeded files. */
	#unneeded: { readonly subject: Subject; readonly found: SearchOutcome } | undefined;
	#service: string | undefined;
	readonly #exercises = new ExerciseQueue();
	/** Ends a search with the best result so far. */
	#stopSearch = new AbortController();
	/** Ends the last plan. */
	#outdated = new AbortController();
	/** A build or trial is running or queued. */
	#building = false;
	readonly #keeper: SessionKeeper;

	constructor(machine: Machine, chooser: Chooser, planner: Planner, options: SessionOptions) {
		this.#machine = machine;
		this.#chooser = chooser;
		this.#planner = planner;
		this.#options = options;
		this.#lock = new CageLock(machine.store);
		this.#keeper = new SessionKeeper(machine, () => workOf(this.#draft));
		machine.commands.listen((event) => this.#emit(event));
	}

	listen(listener: (event: Event) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	home(examine: boolean): Promise<HomeList> {
		return this.#home.list(this.#context(), examine);
	}

	get #home(): Home {
		const { home } = this.#options;
		if (!home) throw new Error("no home");
		return home;
	}

	cagePage(name: string): Promise<CagePage> {
		return this.#home.page(this.#context(), name);
	}

	cageView(name: string, view: Exclude<CageView, "actions">): Promise<readonly ViewRow[]> {
		return this.#home.view(this.#context(), name, view);
	}

	preview(request: ActionRequest): Promise<ActionPreview> {
		return this.#run((context) => this.#home.preview(context, request));
	}

	perform(request: ActionRequest): Promise<readonly string[]> {
		return this.#runUnlocked((context) => this.#home.perform(context, request));
	}

	/** Runs work that takes the cage's lock itself. A candidate that is not saved yet keeps the session's lock. */
	#runUnlocked<T>(work: (context: Context) => Promise<T>): Promise<T> {
		return this.#run(async (context) => {
			if (!this.#draft?.candidate) await this.#lock.release();
			return work(context);
		});
	}

	runCage(name: string): Promise<number> {
		return this.#run(() => this.#home.run(name));
	}

	editPlan(name: string): Promise<EditedCage> {
		return this.#run(async () => {
			const { cage, trace } = await this.#home.traced(name);
			await this.#lock.move(name);
			await this.#draft?.undo();
			await this.#keeper.close();
			this.#draft = new CageDraft(this.#machine.store, { cage: { ...cage, trials: [] }, trace });
			return editedCage(cage);
		});
	}

	async requirements(): Promise<MissingRequirement[]> {
		const { doctor } = this.#machine;
		const missing = doctor.examine().filter(({ state }) => state === "missing");
		const asRoot = doctor.commandForRoot(missing.flatMap((finding) => finding.package ?? []));
		return missing.map(({ package: name, what }) => ({
			what,
			...(name === undefined ? {} : { package: name, ...omitUndefined({ asRoot }) }),
		}));
	}

	async installation(packages: readonly string[]): Promise<Installation> {
		const { accounts, doctor } = this.#machine;
		return { isAllowed: accounts.own() === undefined, ...omitUndefined({ command: doctor.installCommand(packages) }) };
	}

	async install(requirements: readonly MissingRequirement[]): Promise<void> {
		const packages = requirements.flatMap((one) => one.package ?? []);
		await this.#machine.doctor.install(packages, (text) => this.#emit({ event: "output-received", text: `${text}\n` }));
	}

	/** Without this session, which may have been opened meanwhile. */
	async choices(): Promise<readonly Choice[]> {
		const { now, sessions } = this.#machine;
		const choices = [...(await savedSessions(sessions, now())), ...(await this.#chooser.choices())];
		return choices.filter(({ id }) => id !== this.#keeper.id);
	}

	async propose(choice: Choice, watch = false): Promise<Answers> {
		return this.#startOver(await this.#chooser.propose(choice, watch));
	}

	async proposeCommand(line: string): Promise<Answers> {
		return this.#startOver(await this.#chooser.proposeCommand(line));
	}

	/** The previous application's work stays a session of its own. */
	#startOver(answers: Answers): Promise<Answers> {
		return this.#run(async () => {
			await this.#draft?.undo();
			await this.#keeper.close();
			await this.#lock.release();
			this.#draft = undefined;
			return answers;
		});
	}

	validate(answers: Answers): Promise<Problem[]> {
		return validateAnswers(this.#context(), answers);
	}

	tryProbe(line: string, answers: Answers): Promise<readonly ProbeTry[]> {
		return this.#run((context) => tryProbe(context, answers, line));
	}

	trace(answers: Answers, add = false): Promise<WizardTrace> {
		return this.#run(async (context) => {
			const before = this.#draft;
			await this.#lock.take(answers.name);
			await before?.undo();
			before?.forgetRounds();
			this.#exercises.clear();
			const earlier = add && before ? { earlier: { cage: { ...before.cage, rules: answers.rules }, trace: before.trace } } : {};
			const more = () => this.#exercises.next(this.#controller.signal);
			const account = await provideStartAccount(context, answers);
			const options = { more, coverage: true, ...earlier };
			const { added, cage, reached, result } = await traceStep(context, answers, options).catch(async (error: unknown) => {
				await account.undo();
				throw error;
			});
			this.#draft = new CageDraft(this.#machine.store, { cage, trace: result.trace, accepted: add ? before?.accepted : [] });
			return {
				...result,
				...(added ? { added: { ...added, names: this.#namesOf(added.uids) } } : {}),
				...omitUndefined({ reached }),
			};
		});
	}

	#namesOf(uids: readonly number[]): Readonly<Record<number, string>> {
		return Object.fromEntries(accountNames(this.#machine.accounts.users().filter(({ uid }) => uids.includes(uid))));
	}

	exercise(line: string): void {
		this.#exercises.add(line);
	}

	finishEarly(): void {
		this.#exercises.end();
		this.#stopSearch.abort();
	}

	/** A plan that is still being made is outdated and ends. */
	plan(answers: Answers): Promise<Plan> {
		this.#outdated.abort();
		this.#outdated = new AbortController();
		const { signal } = this.#outdated;
		return this.#run(async (context) => {
			const draft = this.#traced(answers);
			const until = AbortSignal.any([context.signal, signal]);
			const making = () => this.#planner.plan({ ...draft.cage, rules: answers.rules }, draft.trace, until);
			const { seconds, value } = await timed(context, "plan", making);
			draft.plan = value;
			draft.cage = { ...draft.cage, seconds: { ...draft.cage.seconds, plan: seconds } };
			return value;
		});
	}

	async hostView(answers: Answers): Promise<HostView> {
		return readHostView(this.#machine, answers, {
			command: await this.#commandFor(answers),
			installs: canInstall(this.#machine),
			...omitUndefined({ service: this.#chooser.serviceOf(answers) }),
		});
	}

	buildAndTry(answers: Answers): Promise<TriedRound> {
		this.#building = true;
		return this.#run(async (context) => {
			const draft = this.#traced(answers);
			await this.#lock.move(answers.name);
			draft.decide(answers.rules);
			await draft.provideAccount(context);
			const { manifest } = await draft.build(context);
			// Lets the next process clean up if this one is killed during the trial.
			this.#keeper.write();
			const round = await draft.try(context, answers.rounds);
			const { added = [], seconds = 0 } = draft.cage.trials.at(-1) ?? {};
			return { ...round, generation: manifest.generation, added, seconds };
		}).finally(() => {
			this.#building = false;
		});
	}

	accept(missing: readonly Missing[]): void {
		this.#draft?.accept(missing);
	}

	selftest(answers: Answers): Promise<SelftestOutcome> {
		return this.#withCandidate(answers, (context, draft) => draft.selftest(context));
	}

	minimise(answers: Answers): Promise<UnneededFiles> {
		const settle = new AbortController();
		this.#stopSearch = settle;
		const search = { jobs: this.#options.jobs, stop: settle.signal };
		return this.#withCandidate(answers, async (context, draft) => {
			this.#unneeded = undefined;
			const rules = { keep: [], keepKinds: [], giveUp: [], exercises: [] };
			const subject = await subjectOf(context, { ...draft.built(), trace: draft.trace }, rules);
			const found = await findMinimum(context, subject, search);
			this.#unneeded = { subject, found };
			return { ...found, units: subject.units };
		});
	}

	leaveOut(): void {
		const { found, subject } = this.#unneeded ?? {};
		if (!found || !subject || this.#draft?.candidate?.manifest !== subject.manifest) return;
		this.#draft.change(minimisedCage(this.#context(), subject, found));
		this.#unneeded = undefined;
	}

	async shell(answers: Answers): Promise<number> {
		const options = { command: [], keepWrites: false, terminal: this.#options.terminal };
		// After saving, the candidate is the current generation.
		if (!this.#draft?.round)
			return this.#run(async (context) => shellIn(context, await presentCage(context, answers.name), options));
		return this.#withCandidate(answers, (context, draft) => shellIn(context, draft.built(), options));
	}

	/** A resumed session has no candidate, so it is built and tested again. */
	async #withCandidate<T>(answers: Answers, work: (context: Context, draft: CageDraft) => Promise<T>): Promise<T> {
		if (!this.#draft?.candidate && this.#draft?.round) await this.buildAndTry(answers);
		return this.#run((context) => {
			if (!this.#draft) throw new Failure("cage-not-built", { name: answers.name }, 2);
			return work(context, this.#draft);
		});
	}

	async finish(answers: Answers): Promise<FinishedCage> {
		return this.#withCandidate(answers, async (context, draft) => {
			await draft.requireAnswer();
			await this.#machine.store.saveTrace(answers.name, draft.trace);
			await draft.judge(context);
			// After a failure, such as a full disk, the user can try again.
			const made = await draft.publish(context, { writeRecord: this.#options.writeRecord, keepsCandidate: true });
			this.#service = this.#chooser.serviceOf(answers);
			const { state } = this.#options;
			return finishedWith(this.#machine, made, {
				command: await this.#commandFor(answers, repeatingCommand),
				names: await recordNames(context, made.cage.name),
				...omitUndefined({ service: this.#service, state }),
			});
		});
	}

	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string> {
		return this.#chooser.saveReview(path, name, rows);
	}

	fileHead(path: Path): Promise<FileHead> {
		return this.#chooser.fileHead(path);
	}

	async saveTemplate(name: string, answers: Answers, replace: boolean): Promise<SavedTemplate> {
		if (!isName(name)) throw new Failure("template-name-invalid", { name }, 2);
		const made = asMade(answers, this.#draft);
		const rules = withAdditions(made.rules, this.#draft?.cage.additions ?? []);
		return this.#chooser.saveTemplate(name.toLowerCase(), { ...made, rules }, replace);
	}

	async text(page: TextPage): Promise<string> {
		const name = this.#draft?.cage.name ?? "";
		if (page === "record") return (await this.#machine.store.records.text(name)) ?? "";
		if (page === "changes") return this.#chooser.changes(name);
		return this.#chooser.unit(name, page === "dropin" ? this.#service : undefined);
	}

	nameForRecord(initiatedBy: string, implementedBy: string): Promise<RecordNames> {
		const names = { initiatedBy, implementedBy };
		return this.#run(async (context) => {
			const name = this.#draft?.cage.name ?? "";
			await this.#lock.move(name);
			return keepNames(context, name, names, this.#options.writeRecord);
		});
	}

	installUnit(service: string | undefined): Promise<InstalledUnit> {
		return this.#runUnlocked((context) => installFor(context, this.#draft?.cage.name ?? "", service));
	}

	async cancel(): Promise<void> {
		const building = this.#building;
		this.#controller.abort();
		this.#exercises.wake();
		await this.#work.catch(() => {});
		this.#controller = new AbortController();
		if (!building) return;
		// Discards the candidate, and the cage if it is new.
		await this.#draft?.undo();
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

	resume(id: string): Promise<ResumedSession> {
		return this.#run(async ({ machine }) => {
			const { opened, resumed, work } = await openSaved(machine, id);
			try {
				if (work) await this.#lock.move(work.cage.name);
				await this.#draft?.undo();
				if (work) await discardCandidate(machine, work.cage.name, opened.fields.workCandidate);
				await this.#keeper.adopt(opened);
			} catch (error) {
				opened.held.release();
				throw error;
			}
			this.#draft = work && new CageDraft(machine.store, work);
			return resumed;
		});
	}

	/** Stops and discards unfinished work, but keeps the session. Resolves with the reason if the session could not be saved. */
	async close(): Promise<Failure | undefined> {
		await this.cancel();
		await this.#planner.close();
		await this.#draft?.undo();
		await this.#keeper.close();
		await this.#lock.release();
		const { failure } = this.#keeper;
		return failure === undefined ? undefined : new Failure("session-not-kept", {}, 1, failure);
	}

	async #commandFor(answers: Answers, commandOf = equivalentCommand): Promise<string> {
		return commandOf(asMade(answers, this.#draft), await this.#chooser.base(answers), this.#options.state);
	}

	/** Throws `not-traced` (exit 2). */
	#traced({ name }: Answers): CageDraft {
		if (!this.#draft) throw new Failure("not-traced", { name }, 2);
		return this.#draft;
	}

	#run<T>(work: (context: Context) => Promise<T>): Promise<T> {
		// One at a time: a key that is pressed twice must not start two builds.
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
}
