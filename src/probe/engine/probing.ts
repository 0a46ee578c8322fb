import type { Context, Machine } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, pathFromText } from "../../base/path/path.ts";
import type { Reachable, ShellResult } from "../../launch/ports.ts";
import { defaultTimeout } from "../../options/answers.ts";
import type { Application } from "../../service/application.ts";
import { errorText } from "../../service/error-text.ts";
import { cannotRun, withoutShellName } from "../../service/shell.ts";
import type { AwaitedEvent } from "../../trace/trace.ts";
import { showProbe } from "../lines.ts";
import { queryOf } from "../recognise.ts";

/** Seconds for a probe to fail before anything is started. */
const emptyProbeSeconds = 3;
/** Limits an exercise that hangs; --timeout allows longer ones. */
const exerciseSeconds = 30;

/**
 * A probe that passes without the application proves nothing, for example `true`, or one that a host daemon answers over a unix
 * socket. Throws `probe-proves-nothing` (exit 2).
 */
export async function checkProbesFailFirst(context: Context, probes: readonly string[], onHost: boolean): Promise<void> {
	await Promise.all(
		probes.map(async (command) => {
			const where = onHost ? { onHost, root: "" } : {};
			const result = await context.machine.launcher.shell(command, where, emptyProbeSeconds, context.signal);
			if (result.ok)
				throw new Failure(onHost ? "probe-answered-by-another" : "probe-proves-nothing", { probe: showProbe(command) }, 2);
		}),
	);
}

/** Whether a probe passes in a network without the application. */
export async function passesAlone(
	{ machine, signal }: Context,
	probes: readonly string[],
	where: { readonly network: number },
): Promise<boolean> {
	const results = await Promise.all(probes.map((command) => machine.launcher.shell(command, where, emptyProbeSeconds, signal)));
	return results.some((result) => result.ok);
}

/**
 * Seconds for the first try of a probe that has passed before; doubled for each further try. A daemon that handles a signal may
 * never answer an early connection, but does answer a later one.
 */
export const firstTrySeconds = 1.5;

/** How long to wait for an answer. */
export interface AnswerTime {
	readonly seconds: number;
	/** Seconds that the first try of a probe may take; all by default. */
	readonly trySeconds?: number;
}

/**
 * Tries all probes until each has passed, or until `seconds` are over and the application is not busy starting. Stops when the application ends, and when a probe cannot run.
 */
export async function probeUntilAnswered(
	context: Context,
	launched: Reachable,
	probes: readonly string[],
	{ seconds, trySeconds = seconds }: AnswerTime,
): Promise<ProbeOutcome[]> {
	const { machine, signal } = context;
	const deadline = new Deadline(machine, launched, seconds);
	const over = endOf(launched);
	const outcomes: ProbeOutcome[] = [];
	for (const command of probes) {
		let outcome: ProbeOutcome = { command, ok: false, output: "" };
		const answer = async () => {
			let most = trySeconds;
			for (let pause = 30; ; pause = Math.min(pause * 2, 250)) {
				signal.throwIfAborted();
				const left = deadline.left();
				if (over.signal.aborted || left <= 0 || !launched.init) break;
				const began = machine.elapsed();
				outcome = await tryOnce(context, { launched, over: over.signal }, outcome, Math.min(left, most));
				if (outcome.ok || outcome.status !== undefined) break;
				if (machine.elapsed() - began >= most * 1000) most *= 2;
				await Promise.race([launched.ended, machine.sleep(pause, signal)]);
			}
		};
		await reportWaiting(context, answer(), () => awaitedAnswer(outcome, deadline.limit()));
		outcomes.push(outcome);
		context.emit({ event: "probe-tried", ...outcome });
	}
	return outcomes;
}

/** Seconds for a start: TimeoutStartSec= by default. */
const startSeconds = 90;

/**
 * Waits for the end of the start of an application that answers, as systemd does: what a start script or a command of the unit does
 * last belongs to it. Then it must answer again, because it ends if that fails.
 */
export async function probeAfterStart(
	context: Context,
	run: Reachable,
	{ command: [program = ""] }: Application,
	{ first, seconds }: { readonly first: ProbeOutcome[]; readonly seconds: number },
): Promise<ProbeOutcome[]> {
	if (!first.length || first.some(({ ok }) => !ok) || !run.isStarting?.()) return first;
	const { machine, signal } = context;
	const over = endOf(run);
	const until = machine.elapsed() + startSeconds * 1000;
	const wait = async () => {
		while (!over.signal.aborted && run.isStarting?.() && machine.elapsed() < until)
			await Promise.race([run.ended, machine.sleep(100, signal)]);
	};
	await reportWaiting(context, wait(), () => ({
		for: "start",
		limit: startSeconds,
		program: baseName(pathFromText(program)),
	}));
	const probes = first.map(({ command }) => command);
	return probeUntilAnswered(context, run, probes, { seconds });
}

/** The event of a wait for an answer, `limit` seconds at most, with the last line that the probe printed. */
export function awaitedAnswer({ command, output }: Pick<ProbeOutcome, "command" | "output">, limit: number): AwaitedEvent {
	return { for: "answer", command: showProbe(command), said: showProbe(output.split("\n").at(-1) ?? ""), limit };
}

export function outcomeOf(command: string, { ok, output, status }: ShellResult): ProbeOutcome {
	return { command, ok, output: ok ? "" : output.trim(), ...(cannotRun(status) ? { status } : {}) };
}

/** Also stops if the application ends, which is when `over` aborts. */
async function tryOnce(
	{ machine, signal }: Context,
	{ launched, over }: { readonly launched: Reachable; readonly over: AbortSignal },
	{ command, output }: ProbeOutcome,
	seconds: number,
): Promise<ProbeOutcome> {
	const result = await machine.launcher.shell(command, { launched }, seconds, AbortSignal.any([signal, over]));
	const outcome = outcomeOf(command, result);
	// An aborted try prints less than the one before.
	return { ...outcome, ok: result.ok && !over.aborted, output: result.ok ? "" : outcome.output || output };
}

/** Aborts when the application has ended. */
function endOf({ ended }: Reachable): AbortController {
	const over = new AbortController();
	void ended.then(() => over.abort());
	return over;
}

/** Seconds for the first try of a deeper probe, and the time in which it may still succeed after a shallower one passed. */
const deeperTrySeconds = 5;
const deeperSeconds = 3;
/** Seconds before the places that it opened are probed too, and between two looks at them. */
const elsewhereAfter = 2;

interface AlternativeProbes {
	/** Sets of probes, deepest first. */
	readonly alternatives: readonly (readonly string[])[];
	/** Receives the failed outcome of the first set if another one passes. Given if the running service answers the first. */
	readonly onFallingBehind?: (failed: ProbeOutcome) => void;
	/** Returns further sets for the places that the application has opened so far. */
	readonly elsewhere?: () => Promise<readonly (readonly string[])[]>;
}

/**
 * Tries alternative sets of probes, deepest first, until one passes or `seconds` are over. A shallower set counts only if the
 * deeper ones do not pass soon afterwards, because the server may still be starting. A set that cannot run is not tried again.
 * Returns no outcome if there is no set and the application showed none.
 */
export async function probeAlternatives(
	context: Context,
	launched: Reachable,
	{ alternatives, elsewhere, onFallingBehind }: AlternativeProbes,
	seconds: number,
): Promise<ProbeOutcome[]> {
	const [first = [], ...others] = alternatives;
	if (!others.length && !elsewhere) return probeUntilAnswered(context, launched, first, { seconds });
	const { machine, signal } = context;
	const over = endOf(launched);
	const deadline = new Deadline(machine, launched, seconds);
	const isOver = () => over.signal.aborted || deadline.left() <= 0 || !launched.init;
	/** Stops at the first probe that fails. */
	const tryAll = async (probes: readonly string[], limit: number) => {
		const outcomes: ProbeOutcome[] = [];
		for (const command of probes) {
			if (isOver()) break;
			const most = Math.min(limit, deadline.left());
			const untold = { command, ok: false, output: "" };
			outcomes.push(await tryOnce(context, { launched, over: over.signal }, untold, most));
			signal.throwIfAborted();
			if (!outcomes.at(-1)?.ok) break;
		}
		return outcomes;
	};
	let best: ProbeOutcome[] | undefined;
	let untried = alternatives;
	let trySeconds = deeperTrySeconds;
	let looksElsewhere = machine.elapsed() + elsewhereAfter * 1000;
	let failed: ProbeOutcome[] = first.map((command) => ({ command, ok: false, output: "" }));
	const isSearching = () => untried.length > 0 || (!best && elsewhere !== undefined && !first.length);
	const search = async () => {
		let hasLooked = false;
		for (let pause = 30; isSearching(); pause = Math.min(pause * 2, 500)) {
			const began = machine.elapsed();
			const wasReady = launched.readiness?.isReady ?? false;
			// Half of the time stays for the other probes.
			const limit = Math.max(deeperTrySeconds, Math.min(trySeconds, deadline.left() / 2));
			const unfit = new Set<readonly string[]>();
			for (const [index, probes] of untried.entries()) {
				const outcomes = await tryAll(probes, limit);
				if (outcomes.length === probes.length && outcomes.every(({ ok }) => ok)) {
					// The deeper ones failed although it was ready.
					if (!best) deadline.endIn(wasReady ? 0 : deeperSeconds);
					best = outcomes;
					untried = untried.slice(0, index);
					break;
				}
				if (outcomes.at(-1)?.status !== undefined) unfit.add(probes);
				if (probes === first && outcomes.length) failed = outcomes;
			}
			untried = untried.filter((probes) => !unfit.has(probes));
			if (isOver()) break;
			if (machine.elapsed() - began >= limit * 1000) trySeconds *= 2;
			if (!best && elsewhere && ((wasReady && !hasLooked) || machine.elapsed() >= looksElsewhere)) {
				const known = new Set(untried.map((probes) => probes.join("\n")));
				untried = [...untried, ...(await elsewhere()).filter((probes) => !known.has(probes.join("\n")))];
				hasLooked = true;
				looksElsewhere = machine.elapsed() + elsewhereAfter * 1000;
			}
			if (isSearching()) await Promise.race([launched.ended, machine.sleep(pause, signal)]);
		}
	};
	const unanswered = () => failed.find(({ ok }) => !ok) ?? { command: "", output: "" };
	await reportWaiting(context, search(), () => awaitedAnswer(unanswered(), deadline.limit()));
	const outcomes = (!over.signal.aborted && best) || failed;
	for (const outcome of outcomes) context.emit({ event: "probe-tried", ...outcome });
	const refused = failed.find(({ ok }) => !ok);
	if (outcomes !== best || !untried.length || !refused) return outcomes;
	if (onFallingBehind) onFallingBehind(refused);
	else if (!isAsDeep(best, failed)) {
		const values = { probe: showProbe(refused.command), words: errorText(refused.output) };
		context.emit({ event: "warned", code: "probe-went-back", values });
	}
	return outcomes;
}

/** Whether both are known probes of the same depth, which differ only in the expected answer. */
function isAsDeep(one: readonly ProbeOutcome[], other: readonly ProbeOutcome[]): boolean {
	const [first, ...depths] = [...one, ...other].map(({ command }) => queryOf(command)?.depth);
	return first !== undefined && depths.every((depth) => depth === first);
}

export async function runExercise(
	context: Context,
	launched: Reachable,
	command: string,
	{ timeout }: Application,
): Promise<ProbeOutcome> {
	const seconds = Math.max(exerciseSeconds, timeout);
	context.emit({ event: "exercise-started", command });
	const run = context.machine.launcher.shell(command, { launched }, seconds, context.signal);
	const result = await reportWaiting(context, run, () => ({ for: "exercise", command: showProbe(command), limit: seconds }));
	const outcome = outcomeOf(command, result);
	context.emit({ event: "exercise-run", ...outcome });
	if (result.timedOut)
		context.emit({ event: "warned", code: "exercise-timed-out", values: { command: showProbe(command), seconds } });
	return outcome;
}

/** Seconds before the wait is reported. */
const unremarkable = 2;

/** Emits what `work` is waiting for, every second from the third on. */
export async function reportWaiting<T>(
	{ emit, machine, signal }: Context,
	work: Promise<T>,
	what: () => AwaitedEvent,
): Promise<T> {
	const done = new AbortController();
	const started = machine.elapsed();
	const report = async () => {
		for (;;) {
			await machine.sleep(1000, AbortSignal.any([signal, done.signal]));
			const seconds = Math.floor((machine.elapsed() - started) / 1000);
			if (!done.signal.aborted && seconds > unremarkable) emit({ event: "waited", seconds, ...what() });
		}
	};
	// Ended by the abort below.
	report().catch(() => {});
	try {
		return await work;
	} finally {
		done.abort();
	}
}

/** Seconds of the measurement window, and the CPU share that means the application is still starting. Idle daemons use less. */
const windowSeconds = 5;
const busyShare = 0.05;
/** Factor of extra time for an application that is starting, and for later starts of a slow one. */
const mostTimes = 3;
/** Seconds for an answer after the application reported that it is ready, or after its start has ended. */
const readySeconds = 10;

/** The time limit for an answer, extended while the application is busy starting, or its service manager would wait for its start. */
export class Deadline {
	readonly #machine: Pick<Machine, "launcher" | "elapsed">;
	readonly #launched: Reachable;
	readonly #started: number;
	#latest: number;
	#deadline: number;
	#seen: { readonly at: number; readonly used: number };
	#isBusy = false;
	#wasReady = false;

	constructor(machine: Pick<Machine, "launcher" | "elapsed">, launched: Reachable, seconds: number) {
		this.#machine = machine;
		this.#launched = launched;
		this.#started = machine.elapsed();
		this.#deadline = machine.elapsed() + seconds * 1000;
		this.#latest = machine.elapsed() + seconds * 1000 * mostTimes;
		this.#seen = { at: machine.elapsed(), used: machine.launcher.cpuSeconds(launched) };
	}

	/** Ends the wait in this many seconds, even if the application is busy. */
	endIn(seconds: number): void {
		this.#latest = Math.min(this.#deadline, this.#machine.elapsed() + seconds * 1000);
		this.#deadline = this.#latest;
	}

	/** Seconds of the whole wait, as far as it is known now. */
	limit(): number {
		return Math.round((this.#deadline - this.#started) / 1000);
	}

	/** Seconds left now. */
	left(): number {
		const now = this.#machine.elapsed();
		const { readiness } = this.#launched;
		if (readiness && !readiness.isReady) this.#deadline = Math.max(this.#deadline, readiness.extendedUntil ?? 0);
		else if (readiness && !this.#wasReady) {
			this.#wasReady = true;
			this.#deadline = Math.min(this.#deadline, now + readySeconds * 1000);
		}
		if (this.#launched.isStarting?.())
			this.#deadline = Math.max(this.#deadline, Math.min(this.#latest, now + readySeconds * 1000));
		const elapsed = (now - this.#seen.at) / 1000;
		if (elapsed >= windowSeconds) {
			const used = this.#machine.launcher.cpuSeconds(this.#launched);
			this.#isBusy = used - this.#seen.used > elapsed * busyShare;
			this.#seen = { at: now, used };
		}
		if (this.#isBusy && now >= this.#deadline && now < this.#latest) this.#deadline = now + windowSeconds * 1000;
		return (this.#deadline - now) / 1000;
	}
}

/**
 * Timeout in seconds for later starts of an application whose first answer took this long, because tracing or load may slow it
 * down. A timeout below the default was chosen deliberately and stays.
 */
export function laterTimeout(timeout: number, answeredAfter: number): number {
	return timeout < defaultTimeout ? timeout : Math.max(timeout, Math.ceil(answeredAfter * mostTimes));
}

/** `probe-cannot-run` (exit 3) if a probe ended because its program is missing or not executable. */
export function probeCannotRun(probes: readonly ProbeOutcome[]): Failure | undefined {
	const unfit = probes.find(({ status }) => status !== undefined);
	if (unfit?.status === undefined) return undefined;
	const words = withoutShellName(unfit.output.split("\n").at(-1) ?? "") || showProbe(unfit.command);
	return new Failure("probe-cannot-run", { status: unfit.status, words, probe: unfit.command }, 3);
}

/**
 * Checks that the shell can read probes and exercises and finds their programs, before anything is started. Throws
 * `probe-unreadable` or `exercise-unreadable` (exit 2), `probe-program-missing` or `exercise-program-missing` (exit 3). A line
 * with an alternative may do without a program.
 */
export async function requireRunnable(
	{ machine, signal }: Pick<Context, "machine" | "signal">,
	{ exercises = [], probes }: Partial<Pick<Application, "exercises">> & Pick<Application, "probes">,
): Promise<void> {
	const lines = [...probes.map((line) => ["probe", line] as const), ...exercises.map((line) => ["exercise", line] as const)];
	const found = await Promise.all(lines.map(([, line]) => machine.launcher.lineProblem(line)));
	signal.throwIfAborted();
	for (const [index, problem] of found.entries()) {
		const [option = "probe"] = lines[index] ?? [];
		if (problem?.code === "line-unreadable") throw new Failure(`${option}-unreadable`, problem.values, 2);
		if (problem && !problem.hasAlternatives) throw new Failure(`${option}-program-missing`, problem.values, 3);
	}
}
