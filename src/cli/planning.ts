import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../core/failure.ts";
import type { Path } from "../core/path/path.ts";
import type { Entry } from "../core/plan/plan.ts";
import { type Access, emptyTrace, type Trace } from "../core/trace/trace.ts";
import { planStep } from "../engine/build/steps.ts";
import { type FromPlanning, perPart, type ToPlanning } from "../system/planning/protocol.ts";
import { systemMachine } from "./machine.ts";

/** The thread in which the wizard's plans are made (`ThreadPlanner`); is given the state folder. */

const context = { machine: systemMachine(workerData as string), emit() {}, signal: new AbortController().signal };
let trace: Trace = emptyTrace();
let entries: readonly Entry[] = [];

parentPort?.on("message", async (message: ToPlanning) => {
	if ("trace" in message) trace = { ...message.trace, accesses: new Map<Path, Access>() };
	else if ("accesses" in message) for (const access of message.accesses) trace.accesses.set(access.path, access);
	else if ("entriesFrom" in message) answer({ entries: entries.slice(message.entriesFrom, message.entriesFrom + perPart) });
	else {
		try {
			const made = await planStep(context, message.plan, trace);
			const { entries: all, ...plan } = made;
			entries = all;
			answer({ plan, count: all.length });
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			const { code, exit, values } = error;
			answer({ failure: { code, values, exit } });
		}
	}
});

function answer(message: FromPlanning): void {
	parentPort?.postMessage(message);
}
