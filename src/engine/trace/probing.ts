import type { Application } from "../../core/application/application.ts";
import { showProbe } from "../../core/application/probe-lines.ts";
import { askingOf } from "../../core/application/recognise.ts";
import { tellingWords } from "../../core/application/telling-words.ts";
import { Failure } from "../../core/failure.ts";
import { defaultTimeout } from "../../core/questions/answers.ts";
import type { Awaited } from "../../core/trace/trace.ts";
import type { Context, Machine } from "../context.ts";
import type { ProbeOutcome } from "../events.ts";
import type { Reachable } from "../launch-ports.ts";

/** Seconds that one probe gets to say by itself that nothing answers, before anything is started. */
const emptyProbeSeconds = 3;
/** An exercise that hangs must not hold everything up; one that takes longer says so with --timeout. */
const exerciseSeconds = 30;

/**
 * A probe that passes while the application does not run proves nothing: `true` does, and so does one that a daemon of the
 * host answers over a unix socket. Throws `probe-proves-nothing` (exit 2).
 */
export async function checkProbesFailFirst(context: Context, probes: readonly string[], onHost: boolean): Promise<void> {
	await Promise.all(
		probes.map(async (command) => {
			const result = await context.machine.launcher.shell(command, { onHost }, emptyProbeSeconds, context.signal);
			if (result.ok)
				throw new Failure(onHost ? "probe-answered-by-another" : "probe-proves-nothing", { probe: showProbe(command) }, 2);
		}),
	);
}

/** Whether a probe passes in a network in which the application does not run. */
export async function passesAlone(
	{ machine, signal }: Context,
	probes: readonly string[],
	where: { readonly network: number },
): Promise<boolean> {
	const results = await Promise.all(probes.map((command) => machine.launcher.shell(command, where, emptyProbeSeconds, signal)));
	return results.some((result) => result.ok);
}

/**
 * Seconds of the first try of a probe that has passed before; each further one gets twice as many. A daemon that is busy with a signal may never answer
 * whoever connects meanwhile, but the next one.
 */
export const firstTrySeconds = 1.5;

/**
 * Tries all probes until each has passed, or `seconds` are over and the application is not busy starting; each try lasts `trySeconds` at first. The
 * application's end ends the waiting: nobody will answer any more.
 */
export async function probeUntilAnswered(
	context: Context,
	launched: Reachable,
	probes: readonly string[],
	seconds: number,
	trySeconds = seconds,
): Promise<ProbeOutcome[]> {
	const { machine, signal } = context;
	const patience = new Patience(machine, launched, seconds);
	const over = endOf(launched);
	const outcomes: ProbeOutcome[] = [];
	for (const command of probes) {
		let outcome: ProbeOutcome = { command, ok: false, output: "" };
		const answer = async () => {
			let most = trySeconds;
			for (let pause = 30; ; pause = Math.min(pause * 2, 250)) {
				signal.throwIfAborted();
				const left = patience.left();
				if (over.signal.aborted || left <= 0 || !launched.init) break;
				const began = machine.now();
				outcome = await tryOnce(context, launched, outcome, Math.min(left, most), over.signal);
				if (outcome.ok) break;
				if (machine.now() - began >= most * 1000) most *= 2;
				await Promise.race([launched.ended, machine.sleep(pause, signal)]);
			}
		};
		await tellWaiting(context, answer(), () => {
			const said = outcome.output.split("\n").at(-1) ?? "";
			return { for: "answer", command: showProbe(command), said: showProbe(said) };
		});
		outcomes.push(outcome);
		context.emit({ event: "probe-tried", ...outcome });
	}
	return outcomes;
}

/** The probe's own waiting is cut off as well where the application ends. */
async function tryOnce(
	{ machine, signal }: Context,
	launched: Reachable,
	{ command, output }: ProbeOutcome,
	seconds: number,
	over: AbortSignal,
): Promise<ProbeOutcome> {
	const result = await machine.launcher.shell(command, { launched }, seconds, AbortSignal.any([signal, over]));
	// A try that is cut off says less than the one before.
	return { command, ok: result.ok && !over.aborted, output: result.ok ? "" : result.output.trim() || output };
}

/** Aborts when the application has ended. */
function endOf({ ended }: Reachable): AbortController {
	const over = new AbortController();
	void ended.then(() => over.abort());
	return over;
}

/** Seconds that one try of a deeper way to ask gets, and in which it may still succeed after a shallower one has. */
const deeperTrySeconds = 5;
const deeperSeconds = 3;
/** Seconds after which it is asked at the ports that it was seen to open as well. */
const elsewhereAfter = 2;

/**
 * Asks in each of these ways, the deepest first, until one passes or `seconds` are over. A shallower one counts only where the deeper ones
 * do not pass soon after it: the server was starting. `elsewhere` gives further ways once it is known where the application listens.
 */
export async function askUntilAnswered(
	context: Context,
	launched: Reachable,
	ways: readonly (readonly string[])[],
	seconds: number,
	elsewhere: () => readonly (readonly string[])[] | undefined = () => undefined,
): Promise<ProbeOutcome[]> {
	const [first = [], ...others] = ways;
	if (!others.length && !elsewhere()) return probeUntilAnswered(context, launched, first, seconds);
	const { machine, signal } = context;
	const over = endOf(launched);
	const patience = new Patience(machine, launched, seconds);
	let best: ProbeOutcome[] | undefined;
	let untried = ways;
	let looksElsewhere = machine.now() + elsewhereAfter * 1000;
	let failed: ProbeOutcome[] = first.map((command) => ({ command, ok: false, output: "" }));
	for (let pause = 30; untried.length; pause = Math.min(pause * 2, 500)) {
		for (const [index, way] of untried.entries()) {
			const outcomes: ProbeOutcome[] = [];
			for (const command of way) {
				const left = Math.min(deeperTrySeconds, patience.left());
				if (over.signal.aborted || left <= 0 || !launched.init) break;
				outcomes.push(await tryOnce(context, launched, { command, ok: false, output: "" }, left, over.signal));
				signal.throwIfAborted();
				if (!outcomes.at(-1)?.ok) break;
			}
			if (outcomes.length === way.length && outcomes.every(({ ok }) => ok)) {
				if (!best) patience.endIn(deeperSeconds);
				best = outcomes;
				untried = untried.slice(0, index);
				break;
			}
			if (way === first && outcomes.length) failed = outcomes;
		}
		if (over.signal.aborted || patience.left() <= 0 || !launched.init) break;
		if (!best && machine.now() >= looksElsewhere) {
			const known = new Set(untried.map((way) => way.join("\n")));
			untried = [...untried, ...(elsewhere() ?? []).filter((way) => !known.has(way.join("\n")))];
			looksElsewhere = machine.now() + elsewhereAfter * 1000;
		}
		if (untried.length) await Promise.race([launched.ended, machine.sleep(pause, signal)]);
	}
	const outcomes = (!over.signal.aborted && best) || failed;
	for (const outcome of outcomes) context.emit({ event: "probe-tried", ...outcome });
	const refused = failed.find(({ ok }) => !ok);
	if (outcomes === best && untried.length && refused && !isAsDeep(best, failed)) {
		const values = { probe: showProbe(refused.command), words: tellingWords(refused.output) };
		context.emit({ event: "warned", code: "probe-went-back", values });
	}
	return outcomes;
}

/** Whether both are ways to ask that we know, of the same depth: they differ in the answer that they expect. */
function isAsDeep(one: readonly ProbeOutcome[], other: readonly ProbeOutcome[]): boolean {
	const [first, ...depths] = [...one, ...other].map(({ command }) => askingOf(command)?.depth);
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
	const result = await context.machine.launcher.shell(command, { launched }, seconds, context.signal);
	const outcome = { command, ok: result.ok, output: result.ok ? "" : result.output.trim() };
	context.emit({ event: "exercise-run", ...outcome });
	if (result.timedOut)
		context.emit({ event: "warned", code: "exercise-timed-out", values: { command: showProbe(command), seconds } });
	return outcome;
}

/** Seconds that nobody wonders about. */
const unremarkable = 2;

/** Tells every second what `work` is still waiting for, from the third second on. */
export async function tellWaiting<T>({ emit, machine, signal }: Context, work: Promise<T>, what: () => Awaited): Promise<T> {
	const done = new AbortController();
	const started = machine.now();
	const tell = async () => {
		for (;;) {
			await machine.sleep(1000, AbortSignal.any([signal, done.signal]));
			const seconds = Math.floor((machine.now() - started) / 1000);
			if (!done.signal.aborted && seconds > unremarkable) emit({ event: "waited", seconds, ...what() });
		}
	};
	// Ended by the abort below.
	tell().catch(() => {});
	try {
		return await work;
	} finally {
		done.abort();
	}
}

/** Seconds in which an application shows whether it is still starting, and the share of a processor that it then uses. Idle daemons use less. */
const windowSeconds = 5;
const busyShare = 0.05;
/** An application that is busy gets so many times as long, and one that was slow so many times as long as it took. */
const mostTimes = 3;

/** How long an application gets for an answer: longer than `seconds` while it is busy starting. */
export class Patience {
	readonly #machine: Pick<Machine, "launcher" | "now">;
	readonly #launched: Reachable;
	#latest: number;
	#deadline: number;
	#seen: { readonly at: number; readonly used: number };
	#isBusy = false;

	constructor(machine: Pick<Machine, "launcher" | "now">, launched: Reachable, seconds: number) {
		this.#machine = machine;
		this.#launched = launched;
		this.#deadline = machine.now() + seconds * 1000;
		this.#latest = machine.now() + seconds * 1000 * mostTimes;
		this.#seen = { at: machine.now(), used: machine.launcher.cpuSeconds(launched) };
	}

	/** In so many seconds at the latest, whatever the application does. */
	endIn(seconds: number): void {
		this.#latest = Math.min(this.#deadline, this.#machine.now() + seconds * 1000);
		this.#deadline = this.#latest;
	}

	/** Seconds that are left, at this moment. */
	left(): number {
		const now = this.#machine.now();
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
 * Seconds for a later start of an application whose first answer took so long: what traces it or runs beside it may slow it down. A time that is
 * shorter than the default was chosen on purpose.
 */
export function laterTimeout(timeout: number, answeredAfter: number): number {
	return timeout < defaultTimeout ? timeout : Math.max(timeout, Math.ceil(answeredAfter * mostTimes));
}
