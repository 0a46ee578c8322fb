import { omitUndefined } from "../base/collections.ts";
import type { Event } from "../base/engine/events.ts";
import type { Note } from "../base/failure.ts";
import type { Answers } from "../options/answers.ts";
import type { Clock } from "./clock.ts";
import { isAtHome } from "./home/visible.ts";
import { tick } from "./reduce/events.ts";
import { reduce } from "./reduce/reduce.ts";
import type { WizardSession } from "./session/session.ts";
import type { Key } from "./state/keys.ts";
import { type Action, type Intention, type Job, type JobKind, type Result, startState, type WizardState } from "./state/state.ts";
import { reviewRows } from "./steps/build/review.ts";
import { treeOf } from "./steps/files/tree.ts";

/** Milliseconds between updates from running work, and before typed text is validated. */
const drawInterval = 100;
const checkDelay = 150;
/** Milliseconds between two looks at the cages while they are shown. */
const homePeriod = 5000;
/** Milliseconds without a decision before a new plan: the duration of the last plan, within these limits. */
const planDelay = { least: 200, most: 1000 };

/** Holds the state, dispatches actions to the reducer and runs its intentions on the session. */
export class WizardStore {
	readonly clock: Clock;
	readonly #session: WizardSession;
	readonly #ticks: boolean;
	readonly #listeners = new Set<() => void>();
	readonly #stopListening: () => void;
	/** Hands the terminal to `work`, which runs a shell or an application there, and takes it back afterwards. Returns its exit status. */
	handOver: (runs: "shell" | "application", work: () => Promise<number>) => Promise<number> = (_, work) => work();
	/** Copies to the terminal's clipboard. Returns false if it cannot. */
	copy: (text: string) => boolean = () => false;
	#state: WizardState = startState;
	#events: Event[] = [];
	#stopDrawing: (() => void) | undefined;
	#stopPlanning: (() => void) | undefined;
	#planNow: (() => void) | undefined;
	#planTook = 0;
	#stopChecking: (() => void) | undefined;
	#stopTicks: (() => void) | undefined;
	#stopRefreshing: (() => void) | undefined;
	#cancelled: Promise<void> = Promise.resolve();
	#disposed = false;

	/** Without `ticks`, only dispatched actions tell the time. */
	constructor(session: WizardSession, clock: Clock, ticks = true) {
		this.#session = session;
		this.clock = clock;
		this.#ticks = ticks;
		this.#stopListening = session.listen((event) => {
			this.#events.push(event as Event);
			this.#stopDrawing ??= clock.later(drawInterval, () => this.#flush());
		});
	}

	get state(): WizardState {
		return this.#state;
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	onExit(listener: (status: number) => void): () => void {
		return this.subscribe(() => {
			if (this.#state.exit !== undefined) listener(this.#state.exit);
		});
	}

	start(initial?: Answers, resume?: string): void {
		this.dispatch({ type: "started", ...omitUndefined({ initial, resume }) });
	}

	/** All keys of a read, drawn once. */
	press(keys: readonly Key[]): void {
		if (keys.length) this.dispatch(...keys.map((key): Action => ({ type: "key", key })));
	}

	dispatch(...actions: Action[]): void {
		// Work that is stopped at exit must not change the state to resume.
		if (this.#disposed) return;
		const before = this.#state;
		for (const action of actions) {
			const { intentions, state } = reduce(this.#state, action);
			this.#state = state;
			for (const intention of intentions) this.#run(intention);
		}
		if (this.#ticks) {
			if (this.#state.jobs !== before.jobs) this.#state = tick(this.#state, this.clock.elapsed());
			this.#tick(Object.keys(this.#state.jobs).length > 0, isAtHome(this.#state));
		}
		if (this.#state.goesOn) this.#planNow?.();
		if (this.#state === before) return;
		this.#session.keep(this.#state);
		for (const listener of this.#listeners) listener();
	}

	/** Stops the current work. Resolves when nothing of it is left. */
	async cancel(): Promise<void> {
		this.dispose();
		await this.#cancelled;
		await this.#session.cancel();
	}

	dispose(): void {
		this.#disposed = true;
		this.#stopListening();
		this.#stopDrawing?.();
		this.#stopChecking?.();
		this.#stopPlanning?.();
		this.#tick(false, false);
	}

	/** Tells the time at intervals, because the reducer has no clock. */
	#tick(isWorking: boolean, showsCages: boolean): void {
		if (isWorking) {
			this.#stopTicks ??= this.clock.every(1000, () => this.dispatch({ type: "ticked", at: this.clock.elapsed() }));
		} else {
			this.#stopTicks?.();
			this.#stopTicks = undefined;
		}
		if (showsCages) {
			this.#stopRefreshing ??= this.clock.every(homePeriod, () => this.dispatch({ type: "refreshed" }));
		} else {
			this.#stopRefreshing?.();
			this.#stopRefreshing = undefined;
		}
	}

	#flush(): void {
		this.#stopDrawing = undefined;
		const events = this.#events;
		this.#events = [];
		if (events.length) this.dispatch({ type: "events-received", events, at: this.clock.elapsed() });
	}

	#run(intention: Intention): void {
		switch (intention.job) {
			case "exercise":
				this.#session.exercise(intention.line);
				return;
			case "finish-early":
				this.#session.finishEarly();
				return;
			case "forget":
				this.#session.forget();
				return;
			case "leave-out":
				this.#session.leaveOut();
				return;
			case "accept":
				this.#session.accept(intention.missing);
				return;
			case "cancel":
				this.#cancelled = this.#session.cancel().catch(() => {});
				return;
			case "validate":
				this.#stopChecking?.();
				this.#stopChecking = this.clock.later(intention.soon ? checkDelay : 0, () => void this.#work(intention));
				return;
			case "plan":
				this.#planSoon(intention);
				return;
			default:
				void this.#work(intention);
		}
	}

	/**
	 * Large plans take seconds, so they wait until the user stops deciding. The first plan, plans for a build and plans that
	 * Enter waits for start at once.
	 */
	#planSoon(intention: Extract<Intention, { ticket: number }>): void {
		this.#stopPlanning?.();
		const isFirst = !this.#state.plan || this.#state.thenBuild;
		const rest = Math.min(planDelay.most, Math.max(planDelay.least, this.#planTook));
		const run = async () => {
			this.#planNow = undefined;
			const started = this.clock.elapsed();
			await this.#work(intention);
			this.#planTook = this.clock.elapsed() - started;
		};
		this.#planNow = () => {
			this.#stopPlanning?.();
			void run();
		};
		this.#stopPlanning = this.clock.later(isFirst ? 0 : rest, () => void run());
	}

	async #work(intention: Extract<Intention, { ticket: number }>): Promise<void> {
		const { job, ticket } = intention;
		try {
			// Wait until cancelled work is gone.
			await this.#cancelled;
			// The row is for the intention's kind, which TypeScript cannot follow.
			const run: (session: WizardSession, job: never, store: WizardStore) => Promise<unknown> = work[job];
			const value = await run(this.#session, intention as never, this);
			// Events come before their result.
			this.#flush();
			this.dispatch({ type: "done", ticket, job, value } as Action);
		} catch (error) {
			this.#flush();
			this.dispatch({ type: "failed", job, ticket, failure: note(error) });
		}
	}
}

type ValueOf<Kind extends JobKind> = Extract<Result, { job: Kind }> extends { value: infer Value } ? Value : unknown;

/** How the session does each job. */
const work: {
	readonly [Kind in JobKind]: (
		session: WizardSession,
		job: Job & { readonly job: Kind },
		store: WizardStore,
	) => Promise<ValueOf<Kind>>;
} = {
	home: (session, { examine }) => session.home(examine),
	cage: (session, { name }) => session.cagePage(name),
	view: async (session, { name, view }) => ({ view, rows: await session.cageView(name, view) }),
	preview: (session, { request }) => session.preview(request),
	act: (session, { request }) => session.perform(request),
	"run-cage": (session, { name }, { handOver }) => handOver("application", () => session.runCage(name)),
	"edit-plan": async (session, { at, name }) => ({ ...(await session.editPlan(name)), ...omitUndefined({ at }) }),
	requirements: (session) => session.requirements(),
	installation: async (session, { job: _, ...wanted }) => ({ ...wanted, ...(await session.installation(wanted.packages)) }),
	install: (session, { requirements }) => session.install(requirements),
	choices: (session) => session.choices(),
	propose: (session, job) => ("choice" in job ? session.propose(job.choice, job.watch) : session.proposeCommand(job.line)),
	validate: (session, { answers }) => session.validate(answers),
	probe: (session, { answers, line }) => session.tryProbe(line, answers),
	trace: (session, { add, answers }) => session.trace(answers, add),
	async plan(session, { answers }, { clock }) {
		const plan = await session.plan(answers);
		// In its own turn, so that keys are handled before or after it.
		await clock.nextTurn();
		treeOf(plan);
		await clock.nextTurn();
		return plan;
	},
	"host-view": (session, { answers }) => session.hostView(answers),
	try: (session, { answers }) => session.buildAndTry(answers),
	finish: (session, { answers }) => session.finish(answers),
	template: async (session, { answers, name, replace = false }) => ({
		name,
		...(await session.saveTemplate(name, answers, replace)),
	}),
	review: (session, { name, path }, { state }) => session.saveReview(path, name, reviewRows(state)),
	copy: async (_, { text }, { copy }) => ({ text, isCopied: copy(text) }),
	head: (session, { path }) => session.fileHead(path),
	text: async (session, { page }) => ({ page, text: await session.text(page) }),
	selftest: (session, { answers }) => session.selftest(answers),
	minimise: (session, { answers }) => session.minimise(answers),
	shell: (session, { answers }, { handOver }) => handOver("shell", () => session.shell(answers)),
	names: (session, { implementedBy, initiatedBy }) => session.nameForRecord(initiatedBy, implementedBy),
	"install-unit": (session, { service }) => session.installUnit(service),
	resume: (session, { id }) => session.resume(id),
	discard: (session, { id }) => session.discard(id),
};

function note(error: unknown): Note {
	if (error instanceof Error && "code" in error && "values" in error) {
		const { code, values } = error as Error & Note;
		return { code, values };
	}
	return { code: "internal", values: { detail: error instanceof Error ? error.message : String(error) } };
}
