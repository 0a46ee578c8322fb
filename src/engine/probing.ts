import type { Application } from "../core/application/application.ts";
import { shortened } from "../core/application/telling-words.ts";
import { Failure } from "../core/failure.ts";
import type { Context } from "./context.ts";
import type { ProbeOutcome } from "./events.ts";
import type { Reachable } from "./ports.ts";
import { tellWaiting } from "./waiting.ts";

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
				throw new Failure(onHost ? "probe-answered-by-another" : "probe-proves-nothing", { probe: shortened(command) }, 2);
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
 * Tries all probes until each has passed or `seconds` are over. The application's end ends the waiting: nobody will answer any more.
 */
export async function probeUntilAnswered(
	context: Context,
	launched: Reachable,
	probes: readonly string[],
	seconds: number,
): Promise<ProbeOutcome[]> {
	const { machine, signal } = context;
	const deadline = machine.now() + seconds * 1000;
	let over = false;
	void launched.ended.then(() => {
		over = true;
	});
	const outcomes: ProbeOutcome[] = [];
	for (const command of probes) {
		let outcome: ProbeOutcome = { command, ok: false, output: "" };
		const answer = async () => {
			for (let pause = 30; ; pause = Math.min(pause * 2, 250)) {
				signal.throwIfAborted();
				const left = (deadline - machine.now()) / 1000;
				if (over || left <= 0 || !launched.init) break;
				const result = await machine.launcher.shell(command, { launched }, left, signal);
				// A try that the deadline cuts off says less than the one before.
				outcome = { command, ok: result.ok && !over, output: result.ok ? "" : result.output.trim() || outcome.output };
				if (outcome.ok) break;
				await Promise.race([launched.ended, machine.sleep(pause, signal)]);
			}
		};
		await tellWaiting(context, answer(), () => {
			const said = outcome.output.split("\n").at(-1) ?? "";
			return { for: "answer", command: shortened(command), said: shortened(said) };
		});
		outcomes.push(outcome);
		context.emit({ event: "probe-tried", ...outcome });
	}
	return outcomes;
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
		context.emit({ event: "warned", code: "exercise-timed-out", values: { command: shortened(command), seconds } });
	return outcome;
}
