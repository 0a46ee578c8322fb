import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText } from "../../base/path/path.ts";
import { probeAlternatives, runExercise } from "../../probe/engine/probing.ts";
import type { Application } from "../../service/application.ts";
import { TraceFold } from "../fold.ts";
import { type RunningProcess, traceOfRunning } from "../running.ts";
import { addTraces, emptyTrace } from "../trace.ts";
import type { TraceOptions, TraceResult } from "./trace.ts";
import { TraceReport } from "./watched-run.ts";

/**
 * Watches a running process and everything it starts while probes and exercises run, and for `seconds` if given. The process
 * receives no signal and continues afterwards. Its earlier accesses are derived from its mapped and open files. Throws what the
 * machine's `attach` throws, `no-probe` (exit 2), or `attached-ended` (exit 1) if the process ends early.
 */
export async function traceRunning(
	context: Context,
	application: Application,
	{ pid, seconds }: { readonly pid: number; readonly seconds?: number },
	{ more, otherProbes = [], coverage: tracker }: Pick<TraceOptions, "more" | "otherProbes" | "coverage">,
): Promise<TraceResult> {
	const { emit, machine, signal } = context;
	if (!application.probes.length) throw new Failure("no-probe", { command: application.command[0] ?? "" }, 2);
	const command = pathFromText(application.command[0] ?? "");
	const fold = new TraceFold();
	const report = new TraceReport(context, fold, 1, tracker);
	const started = machine.elapsed();
	let before = emptyTrace();
	let processes: readonly RunningProcess[] = [];
	const attached = await machine.attach({
		pid,
		onProcesses(found) {
			processes = found;
			before = addTraces(before, traceOfRunning(found, command));
			fold.join(found);
		},
		onData(chunk) {
			fold.feed(chunk);
			report.fed();
		},
		signal,
	});
	const over = new AbortController();
	void attached.ended.then(() => over.abort());
	/** Aborts every wait once there is nothing left to watch. */
	const watching = AbortSignal.any([signal, over.signal]);
	const watched = await watch().finally(() => attached.detach());
	fold.end();
	report.end();
	return { ...watched, trace: addTraces(before, fold.trace), signals: [], output: "" };

	async function watch() {
		emit({ event: "processes-attached", pid, processes: processes.length });
		emit({ event: "warned", code: "attached-late", values: {} });
		if (!attached.isWhole) emit({ event: "warned", code: "attached-partly", values: {} });
		const handlesTerm = attached.handledSignals().includes("SIGTERM");
		const probes = await probeAlternatives(
			context,
			attached,
			{ alternatives: [application.probes, ...otherProbes] },
			application.timeout,
		);
		const answered = probes.every((probe) => probe.ok);
		const exercises: TraceResult["exercises"][number][] = [];
		if (answered) {
			const exercise = async (line: string) => {
				exercises.push(await runExercise(context, attached, line, application));
				tracker?.exercised(line);
			};
			for (const line of application.exercises) await exercise(line);
			const next = async () => Promise.race([more?.(watching), attached.ended.then(() => undefined)]);
			for (let line = await next(); line !== undefined; line = await next()) await exercise(line);
			const left = (seconds ?? 0) * 1000 - (machine.elapsed() - started);
			if (left > 0) await machine.sleep(left, watching).catch(() => undefined);
		}
		signal.throwIfAborted();
		if (over.signal.aborted) throw new Failure("attached-ended", { pid }, 1);
		return { probes, exercises, answered, handlesTerm };
	}
}
