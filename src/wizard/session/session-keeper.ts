import type { Machine } from "../../base/engine/context.ts";
import { later } from "../../base/engine/later.ts";
import type { Answers } from "../../options/answers.ts";
import type { HeldSession, OpenedSession } from "../../sessions/ports.ts";
import { reduceFailed } from "../reduce/results.ts";
import { type JobKind, note, type WizardState } from "../state/state.ts";
import { without } from "../state/transitions.ts";
import { isWorthSaving } from "../steps/form/fields.ts";
import { aboutOf } from "./saved-sessions.ts";
import { storedOf } from "./stored-state.ts";
import { type Work, workToFields } from "./stored-work.ts";

/** Milliseconds to collect changes, because people type faster than disks sync. */
const writeDelay = 400;

/** Saves the session while the wizard runs. A failed write does not stop the wizard. */
export class SessionKeeper {
	readonly #machine: Pick<Machine, "sessions" | "sleep">;
	readonly #work: () => Work;
	#held: HeldSession | undefined;
	#latest: WizardState | undefined;
	#stopTimer: (() => void) | undefined;
	#writing: Promise<void> = Promise.resolve();
	/** Answers of the session that was closed; a late state with them is ignored. */
	#closed: Answers | undefined;
	#failure: unknown;
	#forgotten = false;

	constructor(machine: Pick<Machine, "sessions" | "sleep">, work: () => Work) {
		this.#machine = machine;
		this.#work = work;
	}

	keep(state: WizardState): void {
		// At exit, the state was already saved.
		if (state.exit !== undefined || (!isWorthSaving(state) && !state.finished)) return;
		if (state.answers === this.#closed) return;
		const began = isLongWork(state) && !(this.#latest && isLongWork(this.#latest));
		this.#latest = state;
		if (began || state.finished) this.write();
		// While work runs, only state that would be lost with it changes.
		else if (!isLongWork(state)) this.#stopTimer ??= later(this.#machine, writeDelay, () => this.write());
	}

	get failure(): unknown {
		return this.#failure;
	}

	get id(): string | undefined {
		return this.#held?.id;
	}

	forget(): void {
		this.#forgotten = true;
	}

	/** Continues with another session. */
	async adopt({ held }: OpenedSession): Promise<void> {
		await this.close();
		this.#held = held;
	}

	/** Writes pending changes and releases the session. Removes it if it was forgotten. */
	async close(): Promise<void> {
		this.write();
		await this.#writing;
		const held = this.#held;
		this.#closed = this.#latest?.answers;
		this.#held = this.#latest = undefined;
		if (held && this.#forgotten) await held.remove();
		else held?.release();
	}

	write(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
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
		this.#held ??= await this.#machine.sessions.create();
		const about = state.answers && aboutOf(state.answers);
		await this.#held.write({ about, ...storedOf(withoutJobs(state)), ...workToFields(this.#work()) });
	}
}

/** Work whose interruption must be reported. */
const longWork: readonly JobKind[] = ["install", "trace", "try", "finish"];

function isLongWork(state: WizardState): boolean {
	return longWork.some((job) => state.jobs[job] !== undefined);
}

/** The state without running jobs. Each job ends as failed, because its process is gone. */
export function withoutJobs(state: WizardState): WizardState {
	let idle = state;
	for (const [name, ticket] of Object.entries(state.jobs)) {
		const job = name as JobKind;
		const jobs = { ...idle.jobs };
		delete jobs[job];
		// Resuming makes the plan again, including the last decision.
		if (job === "plan") idle = { ...idle, jobs };
		else {
			const failure = longWork.includes(job) ? note("cut-off") : idle.failure;
			const { failure: _, ...failed } = reduceFailed(idle, { type: "failed", job, ticket, failure: note("cut-off") }).state;
			idle = failure ? { ...failed, failure } : failed;
		}
	}
	// The result of a search is only valid in the process that found it.
	return idle.overlay === "unneeded" ? without(idle, "overlay", "unneeded") : idle;
}
