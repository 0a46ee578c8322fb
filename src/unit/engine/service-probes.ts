import type { Adoption } from "../../adopt/adoption.ts";
import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import type { Cage } from "../../cage/cage.ts";
import { runningIn } from "../../cage/engine/cages.ts";
import type { Reachable } from "../../launch/ports.ts";
import { type AnswerTime, awaitedAnswer, outcomeOf, probeCannotRun, reportWaiting } from "../../probe/engine/probing.ts";
import { showProbe } from "../../probe/lines.ts";
import { errorText } from "../../service/error-text.ts";
import type { Companions } from "../ports.ts";

/** How a service is asked whether it answers. */
export interface ServiceQuestion {
	readonly probes: readonly string[];
	/** Shell lines that ask as a client does, from the host. */
	readonly clientProbes: readonly string[];
	/** Further ones, which count only if they pass before the service is stopped. */
	readonly foundClientProbes: readonly string[];
	/** Seconds that it may take to answer. */
	readonly timeout: number;
}

/** A service is asked as it was when its cage adopted it, and a cage's own unit as the cage says. */
export function questionOf(
	{ application }: Pick<Cage, "application">,
	service: string,
	adoption: Adoption | undefined,
): ServiceQuestion {
	if (adoption?.service !== service) {
		return { probes: application.probes, clientProbes: [], foundClientProbes: [], timeout: application.timeout };
	}
	const { clientProbes = [], foundClientProbes = [], probes, timeout } = adoption;
	return { probes, clientProbes, foundClientProbes, timeout };
}

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

/** Seconds that a service gets to answer again, even if `--timeout` is shorter: as long as systemd gives it to start. */
export const leastSeconds = 90;

/** A service that was stopped, or is about to be, and everything that is needed to start it again. */
type StoppedService = Pick<Adoption, "companions" | "probes" | "service" | "timeout">;

/**
 * Starts a service and its companions as they ran before a stop, and waits for an answer. Does not restart what already runs. Returns
 * why the service does not answer although it is active, and throws the reason if it is not active. Only warns about companions that
 * do not run (`companions-down`), because they may fail for reasons of their own.
 */
export async function startAgain(context: Context, stopped: StoppedService): Promise<Failure | undefined> {
	const { services } = context.machine;
	const { companions, probes, service, timeout } = stopped;
	const { dependents, triggers } = companions;
	await forgetFailures(context, [service, ...triggers, ...dependents]);
	for (const unit of triggers) await unlessFailed(services.start(unit, noCompanions));
	await startService(context, service, noCompanions);
	const startDependents = async () => {
		for (const unit of await inactiveOf(context, dependents)) await unlessFailed(services.start(unit, noCompanions));
	};
	await startDependents();
	const answer = await probeService(context, service, probes, { seconds: Math.max(timeout, leastSeconds) });
	// Some fail while the service does not answer yet.
	if (answer.answered) await startDependents();
	const down = await inactiveOf(context, [...triggers, ...dependents]);
	if (down.length) {
		context.emit({ event: "warned", code: "companions-down", values: { service, units: down.join(", ") } });
	}
	if (answer.answered) return undefined;
	const silent = await noAnswerFailure(context, service, answer, probes[0] ?? "");
	if ((await services.state(service)).active !== "active") throw silent;
	return silent;
}

/** The same, but throws if the service does not answer. */
export async function startAndProbe(context: Context, stopped: StoppedService): Promise<void> {
	const silent = await startAgain(context, stopped);
	if (silent) throw silent;
}

export const noCompanions: Companions = { triggers: [], dependents: [] };

/** systemd refuses to start what failed too often. */
async function forgetFailures(context: Context, units: readonly string[]): Promise<void> {
	for (const unit of await inactiveOf(context, units)) await context.machine.services.forgetFailure(unit);
}

async function inactiveOf({ machine: { services } }: Context, units: readonly string[]): Promise<string[]> {
	const states = await services.states(units);
	return units.filter((_, index) => !["active", "reloading"].includes(states[index] ?? ""));
}

async function unlessFailed(work: Promise<void>): Promise<void> {
	await work.catch((error: unknown) => {
		if (!(error instanceof Failure)) throw error;
	});
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
