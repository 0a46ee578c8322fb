import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import { runningIn } from "../../cage/engine/cages.ts";
import type { Reachable } from "../../launch/ports.ts";
import { type AnswerTime, awaitedAnswer, outcomeOf, probeCannotRun, reportWaiting } from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import { errorText } from "../../service/error-text.ts";
import type { Companions } from "../ports.ts";

/** A service answers if all its probes pass while it is active and keeps its main process. */
export interface Answer {
	readonly answered: boolean;
	readonly probes: readonly ProbeOutcome[];
	/** ActiveState and Result (systemctl(1)) at the end, and the exit status if the service failed. */
	readonly state: string;
	readonly mainPid: number;
	/** When the probing began, in milliseconds since the epoch. */
	readonly since: number;
}

/** A service that systemd restarts this often does not come up. */
const mostRestarts = 3;

/** Stops a service and the units that trigger it, and reports the wait. Throws `systemctl-failed`. */
export function stopService(context: Context, service: string, companions: Companions): Promise<void> {
	const { services } = context.machine;
	const stopped = services.stop(service, companions);
	return reportWaiting(context, stopped, () => ({ for: "end", program: service, limit: services.timeout }));
}

/** Starts a service and its companions, and reports the wait. Throws `systemctl-failed` with the service's own last words. */
export async function startService(context: Context, service: string, companions: Companions): Promise<void> {
	const { now, services } = context.machine;
	const since = now();
	const started = services.start(service, companions);
	try {
		await reportWaiting(context, started, () => ({ for: "start", program: service, limit: services.timeout }));
	} catch (error) {
		if (!(error instanceof Failure) || error.code !== "systemctl-failed") throw error;
		const words = errorText(await services.output(service, since));
		throw words === "" ? error : new Failure(error.code, { ...error.values, detail: words }, error.exit);
	}
}

/**
 * Repeats the probes until all pass, `seconds` have passed, the service has failed or a probe cannot run. A try may take
 * `trySeconds`; the limit doubles after each try that used it up.
 */
export async function probeService(
	context: Context,
	service: string,
	probes: readonly string[],
	{ seconds, trySeconds = seconds }: AnswerTime,
): Promise<Answer> {
	const { machine, signal } = context;
	const since = machine.now();
	const deadline = machine.elapsed() + seconds * 1000;
	let last: ProbeOutcome = { command: probes[0] ?? "", ok: false, output: "" };
	const answer = async (): Promise<Answer> => {
		let before: number | undefined;
		let most = trySeconds;
		for (let pause = 30; ; pause = Math.min(pause * 2, 500)) {
			signal.throwIfAborted();
			const { active, mainPid, restarts, result } = await machine.services.state(service);
			before ??= restarts;
			const outcomes: ProbeOutcome[] = [];
			for (const command of active === "active" ? probes : []) {
				const left = Math.max(1, (deadline - machine.elapsed()) / 1000);
				const where = mainPid ? { launched: reachable(mainPid) } : { onHost: true };
				const asked = await machine.launcher.shell(command, where, Math.min(left, most), signal);
				if (asked.timedOut) most *= 2;
				last = outcomeOf(command, asked);
				outcomes.push(last);
				if (!asked.ok) break;
			}
			const still = await machine.services.state(service);
			const answered =
				active === "active" && still.active === "active" && still.mainPid === mainPid && outcomes.every(({ ok }) => ok);
			const isDown = ["failed", "inactive"].includes(still.active) || still.restarts - before >= mostRestarts;
			const isOver = isDown || last.status !== undefined || machine.elapsed() >= deadline;
			if (answered || isOver) {
				for (const outcome of outcomes) context.emit({ event: "probe-tried", ...outcome });
				const why = still.result === "success" ? [] : [still.result || result];
				const status = still.mainPid || !still.status ? [] : [`status ${still.status}`];
				const state = [still.active, ...why, ...status].join(", ");
				return { answered, probes: outcomes, state, mainPid, since };
			}
			await machine.sleep(pause, signal);
		}
	};
	return reportWaiting(context, answer(), () => awaitedAnswer(last, Math.ceil(seconds)));
}

/** Explains why a service does not run: what `probeCannotRun` returns, otherwise systemd's state and its last output (exit 1). */
export async function noAnswerFailure(context: Context, service: string, answer: Answer, probe: string): Promise<Failure> {
	const unfit = probeCannotRun(answer.probes);
	if (unfit) return unfit;
	const words = errorText(await context.machine.services.output(service, answer.since)) || errorText(failedOutput(answer));
	const values = { service, state: answer.state, probe: showProbe(probe) };
	return words === "" ? new Failure("service-silent", values, 1) : new Failure("service-silent-words", { ...values, words }, 1);
}

function failedOutput({ probes }: Answer): string {
	return probes.find(({ ok }) => !ok)?.output ?? "";
}

function reachable(init: number): Reachable {
	return { init, ended: new Promise(() => {}) };
}

/** Whether the process's root directory, by device and inode, is any generation of the cage. */
export async function runsInside({ machine }: Context, name: string, pid: number): Promise<boolean> {
	return pid > 0 && (await runningIn(machine, name)).processes.includes(pid);
}
