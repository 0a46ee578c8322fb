import type { Application } from "../../core/application/application.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import { TraceFold } from "../../core/trace/fold.ts";
import { type RunningProcess, traceOfRunning } from "../../core/trace/running.ts";
import { addTraces, emptyTrace } from "../../core/trace/trace.ts";
import type { Context } from "../context.ts";
import { askUntilAnswered, runExercise } from "./probing.ts";
import type { TraceOptions, TraceResult } from "./trace.ts";
import { TraceReport } from "./trace-report.ts";

/**
 * Watches a process that runs already, with all that it started: probes and exercises, and for `seconds` where they are given. It is
 * sent no signal and runs on afterwards. What it did before is told by what it has mapped and open. Throws what the machine's `attach`
 * throws, `no-probe` (exit 2), and `attached-ended` (exit 1) where the process ends while it is watched.
 */
export async function traceRunning(
	context: Context,
	application: Application,
	{ pid, seconds }: { readonly pid: number; readonly seconds?: number },
	{ more, otherProbes = [], reach }: Pick<TraceOptions, "more" | "otherProbes" | "reach">,
): Promise<TraceResult> {
	const { emit, machine, signal } = context;
	if (!application.probes.length) throw new Failure("no-probe", { command: application.command[0] ?? "" }, 2);
	const command = pathFromText(application.command[0] ?? "");
	const fold = new TraceFold();
	const report = new TraceReport(context, fold, 1, reach);
	const started = machine.now();
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
	/** For what is waited for only as long as there is something to watch. */
	const watching = AbortSignal.any([signal, over.signal]);
	const life = await watch().finally(() => attached.detach());
	fold.end();
	report.end();
	return { ...life, trace: addTraces(before, fold.trace), signals: [], output: "" };

	async function watch() {
		emit({ event: "processes-attached", pid, processes: processes.length });
		emit({ event: "warned", code: "attached-late", values: {} });
		if (!attached.isWhole) emit({ event: "warned", code: "attached-partly", values: {} });
		const handlesTerm = attached.handledSignals().includes("SIGTERM");
		const probes = await askUntilAnswered(context, attached, [application.probes, ...otherProbes], application.timeout);
		const answered = probes.every((probe) => probe.ok);
		const exercises: TraceResult["exercises"][number][] = [];
		if (answered) {
			const exercise = async (line: string) => {
				exercises.push(await runExercise(context, attached, line, application));
				reach?.exercised(line);
			};
			for (const line of application.exercises) await exercise(line);
			const next = async () => Promise.race([more?.(watching), attached.ended.then(() => undefined)]);
			for (let line = await next(); line !== undefined; line = await next()) await exercise(line);
			const left = (seconds ?? 0) * 1000 - (machine.now() - started);
			if (left > 0) await machine.sleep(left, watching).catch(() => undefined);
		}
		signal.throwIfAborted();
		if (over.signal.aborted) throw new Failure("attached-ended", { pid }, 1);
		return { probes, exercises, answered, handlesTerm };
	}
}
