import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../base/failure.ts";
import type { PlanAnswer, PlanRequest } from "../base/host/thread-planner.ts";
import { planStep } from "../make/engine/steps.ts";
import { emptyTrace } from "../trace/trace.ts";
import { systemMachine } from "./machine.ts";

/** The thread that makes the wizard's plans (`ThreadPlanner`). Its `workerData` is the state folder. */

const context = { machine: systemMachine(workerData as string), emit() {}, signal: new AbortController().signal };
let last = emptyTrace();

parentPort?.on("message", async ({ cage, trace = last }: PlanRequest) => {
	last = trace;
	try {
		answer({ plan: await planStep(context, cage, trace) });
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const { code, exit, values } = error;
		answer({ failure: { code, values, exit } });
	}
});

function answer(message: PlanAnswer): void {
	parentPort?.postMessage(message);
}
