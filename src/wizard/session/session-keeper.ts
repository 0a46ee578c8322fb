import type { Answers } from "../../core/questions/answers.ts";
import type { HeldSession, OpenedSession, Sessions } from "../../engine/session-store.ts";
import { reduceFailed } from "../results.ts";
import { type JobKind, note, type WizardState } from "../state.ts";
import { without } from "../transitions.ts";
import { aboutOf } from "./saved-sessions.ts";
import { isWorthSaving, storedOf } from "./stored-state.ts";
import { type Work, workToFields } from "./stored-work.ts";

/** Milliseconds in which changes are gathered: a person types faster than a disk syncs. */
const writeDelay = 400;

/** Keeps the wizard's session on disk while it goes on. What cannot be written hinders nobody. */
export class SessionKeeper {
	readonly #sessions: Sessions;
	readonly #work: () => Work;
	#held: HeldSession | undefined;
	#latest: WizardState | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#writing: Promise<void> = Promise.resolve();
	/** The answers of what was let go of: a state that still has them comes late. */
	#closed: Answers | undefined;
	#failure: unknown;
	#forgotten = false;

	constructor(sessions: Sessions, work: () => Work) {
		this.#sessions = sessions;
		this.#work = work;
	}

	keep(state: WizardState): void {
		// What is left at the end was kept before; the last state only says that it is over.
		if (state.exit !== undefined || (!isWorthSaving(state) && !state.finished)) return;
		if (state.answers === this.#closed) return;
		const began = isLongWork(state) && !(this.#latest && isLongWork(this.#latest));
		this.#latest = state;
		if (began || state.finished) this.write();
		// While work runs, nothing changes but what would be lost with it.
		else if (!isLongWork(state)) this.#timer ??= setTimeout(() => this.write(), writeDelay);
	}

	/** Why the last state could not be written. */
	get failure(): unknown {
		return this.#failure;
	}

	/** Of the session that is kept here. */
	get id(): string | undefined {
		return this.#held?.id;
	}

	forget(): void {
		this.#forgotten = true;
	}

	/** From now on another session is kept. */
	async adopt({ held }: OpenedSession): Promise<void> {
		await this.close();
		this.#held = held;
	}

	/** Writes what is still waiting and lets go of the session; one that is forgotten or over is gone. */
	async close(): Promise<void> {
		this.write();
		await this.#writing;
		const held = this.#held;
		this.#closed = this.#latest?.answers;
		this.#held = this.#latest = undefined;
		if (held && this.#forgotten) await held.remove();
		else held?.release();
	}

	/** At once, whatever is waiting. */
	write(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#writing = this.#writing
			.then(() => this.#writeLatest())
			.then(
				() => {
					this.#failure = undefined;
				},
				(error: unknown) => {
					this.#failure = error;
				},
			);
	}

	async #writeLatest(): Promise<void> {
		const state = this.#latest;
		if (!state || this.#forgotten) return;
		if (state.finished) {
			const held = this.#held;
			this.#held = undefined;
			await held?.remove();
			return;
		}
		this.#held ??= await this.#sessions.create();
		const about = state.answers && aboutOf(state.answers);
		await this.#held.write({ about, ...storedOf(settle(state)), ...workToFields(this.#work()) });
	}
}

/** Work that a person waited for: that it was cut off has to be said. */
const longWork: readonly JobKind[] = ["install", "trace", "try", "finish"];

export function isLongWork(state: WizardState): boolean {
	return longWork.some((job) => state.jobs[job] !== undefined);
}

/** The state as it is once nothing runs any more: every job ends as one that failed, because whoever did it is gone. */
export function settle(state: WizardState): WizardState {
	let settled = state;
	for (const [name, ticket] of Object.entries(state.jobs)) {
		const job = name as JobKind;
		const jobs = { ...settled.jobs };
		delete jobs[job];
		// A plan is made again when the session goes on, with the decision that asked for it.
		if (job === "plan") settled = { ...settled, jobs };
		else {
			const failure = longWork.includes(job) ? note("cut-off") : settled.failure;
			const { failure: _, ...failed } = reduceFailed(settled, { type: "failed", job, ticket, failure: note("cut-off") }).state;
			settled = failure ? { ...failed, failure } : failed;
		}
	}
	// What a search found is built from its own work, which is gone with whoever did it.
	return settled.overlay === "unneeded" ? without(settled, "overlay", "unneeded") : settled;
}
