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
import type { InstalledUnit } from "../core/wizard/seen.ts";
import type { TextPage } from "../core/wizard/state.ts";
import { finishedWith, installFor } from "./afterwards.ts";
import { layoutOf, type PresentCage, presentCage } from "./cages.ts";
import type { Context, Machine } from "./context.ts";
import type { Event } from "./events.ts";
import { publish, type RecordWriter, tested } from "./make.ts";
import { remedies, summarise } from "./remedies.ts";
import { selftestIfPossible } from "./selftest.ts";
import type { Choice, Finished, Lack, Problem, TriedRound, WizardSession, WizardTrace } from "./session.ts";
import { shellIn } from "./shell.ts";
import { addSeconds, buildStep, type Candidate, checkName, identityOf, planStep, timed, traceStep, trialStep } from "./steps.ts";
import type { Lock } from "./store.ts";
import type { TrialRound } from "./trial.ts";

/** What can be chosen, and the answers that a choice proposes. */
export interface Chooser {
	choices(): Promise<readonly Choice[]>;
	propose(choice: Choice): Promise<Answers>;
	/** Throws a Failure where the line is no command. */
	proposeCommand(line: string): Promise<Answers>;
	/** Answers as a template would give them, to name only the difference in the equivalent command. */
	base(answers: Answers): Promise<Answers | undefined>;
	/** The unit of a cage, or the drop-in for a service of the host. */
	unit(name: string, service: string | undefined): Promise<string>;
	/** The service of the host that is the same application. */
	serviceOf(answers: Answers): string | undefined;
}

export interface Surroundings {
	/** The state folder, where it is not the one that is taken without a word. */
	readonly state?: string;
	/** TERM of whoever sits before the wizard. */
	readonly terminal: string;
	/** Nothing weaker than every layer is accepted. */
	readonly full: boolean;
}

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
	#lock: Lock | undefined;
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
	#lines: string[] = [];
	#enough = false;
	#wake: () => void = () => {};

	constructor(machine: Machine, chooser: Chooser, writeRecord: RecordWriter, surroundings: Surroundings) {
		this.#machine = machine;
		this.#chooser = chooser;
		this.#writeRecord = writeRecord;
		this.#surroundings = surroundings;
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

	choices(): Promise<readonly Choice[]> {
		return this.#chooser.choices();
	}

	propose(choice: Choice): Promise<Answers> {
		return this.#chooser.propose(choice);
	}

	proposeCommand(line: string): Promise<Answers> {
		return this.#chooser.proposeCommand(line);
	}

	async validate(answers: Answers): Promise<Problem[]> {
		const { application } = answers;
		const problems: Problem[] = [];
		const check = async (field: Problem["field"], work: () => unknown) => {
			try {
				await work();
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				problems.push({ field, code: error.code, values: error.values });
			}
		};
		if (!isName(answers.name)) problems.push({ field: "name", code: "name-invalid", values: { name: answers.name } });
		else await check("name", () => checkName(this.#context(), answers, false));
		const program = application.command[0] ?? "";
		if (!program) problems.push({ field: "command", code: "nothing-to-cage", values: {} });
		else if (!this.#machine.files.resolve(program as never))
			problems.push({ field: "command", code: "program-not-found", values: { program } });
		await check("user", () => identityOf(this.#context(), answers));
		if (!application.cwd.startsWith("/"))
			problems.push({ field: "cwd", code: "path-not-absolute", values: { option: "cwd", path: application.cwd } });
		for (const name of Object.keys(application.env)) {
			if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) problems.push({ field: "env", code: "env-invalid", values: { value: name } });
		}
		if (!application.probes.length) problems.push({ field: "probe", code: "no-probe", values: { command: program } });
		if (!(application.timeout > 0))
			problems.push({ field: "timeout", code: "timeout-invalid", values: { value: application.timeout } });
		return problems;
	}

	trace(answers: Answers, add = false): Promise<WizardTrace> {
		return this.#run(async (context) => {
			await this.#takeLock(answers.name);
			await this.#discardCandidate();
			this.#lines = [];
			this.#enough = false;
			this.#proposed = [];
			const earlier = add && this.#cage && this.#trace ? { earlier: { cage: this.#current(answers), trace: this.#trace } } : {};
			const more = () => this.#more();
			const { added, cage, reached, result } = await traceStep(context, answers, { more, coverage: true, ...earlier });
			this.#additions = [...cage.additions];
			this.#cage = cage;
			this.#trace = result.trace;
			return { ...result, ...(added ? { added } : {}), ...(reached ? { reached } : {}) };
		});
	}

	exercise(line: string): void {
		this.#lines.push(line);
		this.#wake();
	}

	enough(): void {
		this.#enough = true;
		this.#wake();
	}

	plan(answers: Answers): Promise<Plan> {
		return this.#run(async (context) => {
			const { value, seconds } = await timed(context, "plan", () => planStep(context, this.#current(answers), this.#traced()));
			this.#plan = value;
			if (this.#cage) this.#cage = { ...this.#cage, seconds: { ...this.#cage.seconds, plan: seconds } };
			return value;
		});
	}

	buildAndTry(answers: Answers): Promise<TriedRound> {
		return this.#run(async (context) => {
			const plan = this.#plan ?? (await planStep(context, this.#current(answers), this.#traced()));
			const previous = await this.#machine.store.present(answers.name);
			const built = await timed(context, "build", () =>
				buildStep(context, answers.name, plan, this.#candidate?.manifest.generation ?? previous),
			);
			if (this.#candidate?.manifest.generation !== built.value.manifest.generation) await this.#discardCandidate();
			this.#candidate = built.value;
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
		});
	}

	accept(missing: readonly Missing[]): void {
		if (!this.#round) return;
		this.#accepted = remedies({ ...this.#round, missing }, this.#additions);
		this.#additions = [...this.#additions, ...this.#accepted];
		this.#plan = undefined;
	}

	selftest(): Promise<Tested> {
		return this.#run(async (context) => {
			const { cage, manifest } = this.#tried();
			const tested = await selftestIfPossible(context, cage, manifest);
			this.#tested = tested;
			return tested;
		});
	}

	shell(): Promise<number> {
		const { terminal } = this.#surroundings;
		return this.#run(async (context) => {
			const present = this.#candidate ? this.#tried() : await presentCage(context, this.#cage?.name ?? "");
			return shellIn(context, present, { command: [], keepWrites: false, terminal });
		});
	}

	finish(answers: Answers): Promise<Finished> {
		return this.#run(async (context) => {
			const { now, store } = this.#machine;
			const round = this.#round;
			if (!round) throw new Failure("cage-not-built", { name: answers.name }, 2);
			const { cage, manifest, plan } = this.#tried();
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
			this.#candidate = undefined;
			this.#service = this.#chooser.serviceOf(answers);
			const { state } = this.#surroundings;
			const same = withDepartures(withExercises(answers, made.cage), {
				proposed: this.#proposed,
				added: this.#additions,
				rounds: made.cage.trials.length,
			});
			return finishedWith(this.#machine, made, {
				command: equivalentCommand(same, await this.#chooser.base(answers), state),
				...(this.#service === undefined ? {} : { service: this.#service }),
				...(state === undefined ? {} : { state }),
			});
		});
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
		this.#controller.abort();
		this.#wake();
		await this.#work.catch(() => {});
		this.#controller = new AbortController();
	}

	/** Ends everything that was not finished: nothing of a candidate stays. */
	async close(): Promise<void> {
		await this.cancel();
		await this.#discardCandidate();
		await this.#lock?.release();
		this.#lock = undefined;
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

	/** What is asked for while the application runs under strace: one more exercise, or the end. */
	async #more(): Promise<string | undefined> {
		const { signal } = this.#controller;
		while (!this.#lines.length && !this.#enough && !signal.aborted) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		signal.throwIfAborted();
		return this.#lines.shift();
	}

	#current(answers: Answers): Cage {
		if (!this.#cage) throw new Failure("not-traced", { name: answers.name }, 2);
		return { ...this.#cage, rules: answers.rules, additions: this.#additions };
	}

	/** The candidate, and the cage that it would be. */
	#tried(): PresentCage & { plan: Plan } {
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

	async #takeLock(name: string): Promise<void> {
		await this.#lock?.release();
		this.#lock = undefined;
		this.#lock = await this.#machine.store.lock(name);
	}

	async #discardCandidate(): Promise<void> {
		const { store } = this.#machine;
		const candidate = this.#candidate;
		this.#candidate = undefined;
		this.#round = undefined;
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
