import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Cage } from "../../core/cage/cage.ts";
import { Failure } from "../../core/failure.ts";
import type { Entry, Plan } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Planner } from "../../engine/build/steps.ts";
import { programFolder } from "../templates/builtin.ts";
import { type FromPlanning, perPart, type ToPlanning } from "./protocol.ts";

/** Plans in a thread of its own, which is started with the first plan and keeps the trace for those that follow. `state` is the state folder. */
export class ThreadPlanner implements Planner {
	readonly #state: string;
	#worker: Worker | undefined;
	/** What the thread has. */
	#trace: Trace | undefined;

	constructor(state: string) {
		this.#state = state;
	}

	async plan(cage: Cage, trace: Trace, signal: AbortSignal): Promise<Plan> {
		signal.throwIfAborted();
		const worker = this.#started();
		const stop = () => void this.close();
		signal.addEventListener("abort", stop, { once: true });
		worker.ref();
		try {
			if (this.#trace !== trace) await this.#give(worker, trace, signal);
			const answer = await ask(worker, { plan: cage });
			if ("failure" in answer) throw new Failure(answer.failure.code, answer.failure.values, answer.failure.exit);
			if (!("plan" in answer)) throw new Error("a part of a plan came before its beginning");
			const entries: Entry[] = [];
			while (entries.length < answer.count) {
				const part = await ask(worker, { entriesFrom: entries.length });
				if (!("entries" in part)) throw new Error("a plan came in the middle of another");
				for (const entry of part.entries) entries.push(entry);
				await setImmediate();
			}
			return { ...answer.plan, entries };
		} catch (error) {
			signal.throwIfAborted();
			throw error;
		} finally {
			signal.removeEventListener("abort", stop);
			worker.unref();
		}
	}

	async close(): Promise<void> {
		const worker = this.#worker;
		this.#worker = this.#trace = undefined;
		await worker?.terminate();
	}

	#started(): Worker {
		if (this.#worker) return this.#worker;
		// What it might print has no place on the wizard's screen.
		const options = { workerData: this.#state, stdout: true, stderr: true };
		const worker = new Worker(join(programFolder(), "dist", "planning", "planning.js"), options);
		this.#worker = worker;
		worker.once("exit", () => {
			if (this.#worker === worker) this.#worker = this.#trace = undefined;
		});
		// Whoever waits for an answer hears of it; an error that nobody listens for would end the program.
		worker.on("error", () => {});
		return worker;
	}

	async #give(worker: Worker, trace: Trace, signal: AbortSignal): Promise<void> {
		const { accesses, ...rest } = trace;
		this.#trace = undefined;
		tell(worker, { trace: rest });
		const all = [...accesses.values()];
		for (let from = 0; from < all.length; from += perPart) {
			tell(worker, { accesses: all.slice(from, from + perPart) });
			await setImmediate();
			signal.throwIfAborted();
		}
		// Another thread, that came meanwhile, has not got it.
		if (this.#worker === worker) this.#trace = trace;
	}
}

function tell(worker: Worker, message: ToPlanning): void {
	worker.postMessage(message);
}

function ask(worker: Worker, question: ToPlanning): Promise<FromPlanning> {
	return new Promise((resolve, reject) => {
		const settle = (then: () => void) => {
			worker.off("message", answered).off("error", failed).off("exit", ended);
			then();
		};
		const answered = (answer: FromPlanning) => settle(() => resolve(answer));
		const failed = (error: unknown) => settle(() => reject(error));
		const ended = () => settle(() => reject(new Error("the thread that plans ended without an answer")));
		worker.on("message", answered).on("error", failed).on("exit", ended);
		// It may have ended before anybody listened; nothing would be heard of it any more.
		if (worker.threadId === -1) ended();
		else tell(worker, question);
	});
}
