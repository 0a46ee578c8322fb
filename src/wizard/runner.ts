import type { Note } from "../core/failure.ts";
import type { Answers } from "../core/questions/answers.ts";
import type { Event } from "../engine/events.ts";
import type { Key } from "./keys.ts";
import { reduce } from "./reduce.ts";
import type { WizardSession } from "./session/session.ts";
import { type Action, type Intention, type Result, startState, type WizardState } from "./state.ts";

import { treeOf } from "./steps/files/tree.ts";

/** Milliseconds between updates from running work, and before typed text is validated. */
const drawInterval = 100;
const checkDelay = 150;
/** Milliseconds without a decision before a new plan: the duration of the last plan, within these limits. */
const planDelay = { least: 200, most: 1000 };

/** Holds the state, dispatches actions to the reducer and runs its intentions on the session. */
export class WizardStore {
	readonly #session: WizardSession;
	readonly #ticks: boolean;
	readonly #listeners = new Set<() => void>();
	readonly #stopListening: () => void;
	/** Hands the terminal to `work`, and takes it back afterwards. */
	handOver: <T>(work: () => Promise<T>) => Promise<T> = (work) => work();
	#state: WizardState = startState;
	#events: Event[] = [];
	#drawing: ReturnType<typeof setTimeout> | undefined;
	#planning: ReturnType<typeof setTimeout> | undefined;
	#planNow: (() => void) | undefined;
	#planTook = 0;
	#checking: ReturnType<typeof setTimeout> | undefined;
	#ticking: ReturnType<typeof setInterval> | undefined;
	#cancelled: Promise<void> = Promise.resolve();
	#disposed = false;

	/** Without `ticks`, only dispatched actions tell the time. */
	constructor(session: WizardSession, ticks = true) {
		this.#session = session;
		this.#ticks = ticks;
		this.#stopListening = session.listen((event) => {
			this.#events.push(event as Event);
			this.#drawing ??= setTimeout(() => this.#flush(), drawInterval);
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
		this.dispatch({ type: "started", ...(initial ? { initial } : {}), ...(resume === undefined ? {} : { resume }) });
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
		this.#tick(this.#ticks && this.#state.jobs.trace !== undefined);
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
		clearTimeout(this.#drawing);
		clearTimeout(this.#checking);
		clearTimeout(this.#planning);
		this.#tick(false);
	}

	/** Tells the reducer the time during a trace, because it has no clock. */
	#tick(on: boolean): void {
		if (on) {
			this.#ticking ??= setInterval(() => this.dispatch({ type: "ticked", at: performance.now() }), 1000).unref();
		} else {
			clearInterval(this.#ticking);
			this.#ticking = undefined;
		}
	}

	#flush(): void {
		this.#drawing = undefined;
		const events = this.#events;
		this.#events = [];
		if (events.length) this.dispatch({ type: "events-received", events, at: performance.now() });
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
				clearTimeout(this.#checking);
				this.#checking = setTimeout(() => void this.#work(intention), intention.soon ? checkDelay : 0);
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
		clearTimeout(this.#planning);
		const isFirst = !this.#state.plan || this.#state.thenBuild;
		const rest = Math.min(planDelay.most, Math.max(planDelay.least, this.#planTook));
		const run = async () => {
			this.#planNow = undefined;
			const started = performance.now();
			await this.#work(intention);
			this.#planTook = performance.now() - started;
		};
		this.#planNow = () => {
			clearTimeout(this.#planning);
			void run();
		};
		this.#planning = setTimeout(() => void run(), isFirst ? 0 : rest);
	}

	async #work(intention: Extract<Intention, { ticket: number }>): Promise<void> {
		const { job, ticket } = intention;
		try {
			// Wait until cancelled work is gone.
			await this.#cancelled;
			const result = await ask(this.#session, intention, this.handOver);
			// Events come before their result.
			this.#flush();
			this.dispatch({ type: "done", ticket, ...result });
		} catch (error) {
			this.#flush();
			this.dispatch({ type: "failed", job, ticket, failure: note(error) });
		}
	}
}

async function ask(
	session: WizardSession,
	intention: Extract<Intention, { ticket: number }>,
	handOver: WizardStore["handOver"],
): Promise<Result> {
	switch (intention.job) {
		case "requirements":
			return { job: "requirements", value: await session.requirements() };
		case "install":
			await session.install(intention.requirements);
			return { job: "install" };
		case "choices":
			return { job: "choices", value: await session.choices() };
		case "propose":
			return {
				job: "propose",
				value: await ("choice" in intention
					? session.propose(intention.choice, intention.watch)
					: session.proposeCommand(intention.line)),
			};
		case "validate":
			return { job: "validate", value: await session.validate(intention.answers) };
		case "probe":
			return { job: "probe", value: await session.tryProbe(intention.line, intention.answers) };
		case "trace":
			return { job: "trace", value: await session.trace(intention.answers, intention.add) };
		case "plan": {
			const value = await session.plan(intention.answers);
			// In its own turn, so that keys are handled before or after it.
			await nextTurn();
			treeOf(value);
			await nextTurn();
			return { job: "plan", value };
		}
		case "host-view":
			return { job: "host-view", value: await session.hostView(intention.answers) };
		case "try":
			return { job: "try", value: await session.buildAndTry(intention.answers) };
		case "finish":
			return { job: "finish", value: await session.finish(intention.answers) };
		case "template":
			return {
				job: "template",
				value: { name: intention.name, ...(await session.saveTemplate(intention.name, intention.answers)) },
			};
		case "review":
			return { job: "review", value: await session.saveReview(intention.path, intention.name, intention.rows) };
		case "text":
			return { job: "text", value: { page: intention.page, text: await session.text(intention.page) } };
		case "selftest":
			return { job: "selftest", value: await session.selftest(intention.answers) };
		case "minimise":
			return { job: "minimise", value: await session.minimise(intention.answers) };
		case "shell":
			return { job: "shell", value: await handOver(() => session.shell(intention.answers)) };
		case "names": {
			const { implementedBy, initiatedBy } = intention;
			return { job: "names", value: await session.nameForRecord(initiatedBy, implementedBy) };
		}
		case "install-unit":
			return { job: "install-unit", value: await session.installUnit(intention.service) };
		case "resume":
			return { job: "resume", value: await session.resume(intention.id) };
		case "discard":
			await session.discard(intention.id);
			return { job: "discard" };
	}
}

function nextTurn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

function note(error: unknown): Note {
	if (error instanceof Error && "code" in error && "values" in error) {
		const { code, values } = error as Error & Note;
		return { code, values };
	}
	return { code: "internal", values: { detail: error instanceof Error ? error.message : String(error) } };
}
