import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Cage } from "../../cage/cage.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Trace } from "../../trace/trace.ts";
import { type Exit, Failure, type FailureCode } from "../failure.ts";
import { programFolder } from "./release.ts";

export interface PlanRequest {
	readonly cage: Cage;
	/** Absent if the trace is the same as in the previous request. */
	readonly trace?: Trace;
}

export type PlanAnswer =
	| { readonly plan: Plan }
	| { readonly failure: { readonly code: FailureCode; readonly values: Failure["values"]; readonly exit: Exit } };

/**
 * Makes the wizard's plans in a thread, because a plan of 10,000 files takes two seconds (measured) and keys must be answered in
 * the meantime. The thread starts with the first plan and keeps the trace and its caches for the next ones. One plan at a time.
 */
export class ThreadPlanner {
	readonly #state: string;
	#worker: Worker | undefined;
	/** The trace that the thread has. */
	#trace: Trace | undefined;

	/** `state` is the state folder. */
	constructor(state: string) {
		this.#state = state;
	}

	/** Throws what `planStep` throws, and the signal's reason. */
	async plan(cage: Cage, trace: Trace, signal: AbortSignal): Promise<Plan> {
		signal.throwIfAborted();
		this.#worker ??= this.#start();
		const worker = this.#worker;
		const stop = () => void this.close();
		const answered = new AbortController();
		signal.addEventListener("abort", stop, { once: true });
		worker.ref();
		try {
			worker.postMessage({ cage, ...(this.#trace === trace ? {} : { trace }) } satisfies PlanRequest);
			this.#trace = trace;
			const [answer] = await Promise.race([
				once(worker, "message", { signal: answered.signal }),
				once(worker, "exit", { signal: answered.signal }).then(() => {
					throw new Error("the thread that plans ended without an answer");
				}),
			]);
			return planIn(answer as PlanAnswer);
		} catch (error) {
			signal.throwIfAborted();
			throw error;
		} finally {
			answered.abort();
			signal.removeEventListener("abort", stop);
			worker.unref();
		}
	}

	async close(): Promise<void> {
		const worker = this.#worker;
		this.#worker = this.#trace = undefined;
		await worker?.terminate();
	}

	#start(): Worker {
		// Keeps its output off the wizard's screen.
		const options = { workerData: this.#state, stdout: true, stderr: true };
		const worker = new Worker(join(programFolder(), "dist", "planning", "planning.js"), options);
		worker.once("exit", () => {
			if (this.#worker === worker) this.#worker = this.#trace = undefined;
		});
		// An unhandled error event would end the program.
		worker.on("error", () => {});
		return worker;
	}
}

function planIn(answer: PlanAnswer): Plan {
	if ("plan" in answer) return answer.plan;
	const { code, exit, values } = answer.failure;
	throw new Failure(code, values, exit);
}
