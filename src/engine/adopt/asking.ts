import { showProbe } from "../../core/application/probe-lines.ts";
import { tellingWords } from "../../core/application/telling-words.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import type { Context } from "../context.ts";
import type { ProbeOutcome } from "../events.ts";
import type { Reachable } from "../launch-ports.ts";

/** A service answers where all its probes pass while it is active, by the main process that it then still has. */
export interface Answer {
	readonly answered: boolean;
	readonly probes: readonly ProbeOutcome[];
	/** ActiveState and Result of systemctl(1) at the end, with the exit status of a service that failed. */
	readonly state: string;
	readonly mainPid: number;
}

/** A service that ended so often after its start does not come up. */
const mostRestarts = 3;

/** Asks until every probe passes, `seconds` are over, or the service has failed. A try gets `trySeconds` at first, each that took them all twice as many. */
export async function askService(
	context: Context,
	service: string,
	probes: readonly string[],
	seconds: number,
	trySeconds = seconds,
): Promise<Answer> {
	const { machine, signal } = context;
	const deadline = machine.now() + seconds * 1000;
	let before: number | undefined;
	let most = trySeconds;
	for (let pause = 30; ; pause = Math.min(pause * 2, 500)) {
		signal.throwIfAborted();
		const { active, mainPid, restarts, result } = await machine.services.state(service);
		before ??= restarts;
		const outcomes: ProbeOutcome[] = [];
		for (const command of active === "active" ? probes : []) {
			const left = Math.max(1, (deadline - machine.now()) / 1000);
			const where = mainPid ? { launched: reachable(mainPid) } : { onHost: true };
			const asked = await machine.launcher.shell(command, where, Math.min(left, most), signal);
			if (asked.timedOut) most *= 2;
			outcomes.push({ command, ok: asked.ok, output: asked.ok ? "" : asked.output.trim() });
			if (!asked.ok) break;
		}
		const still = await machine.services.state(service);
		const answered =
			active === "active" && still.active === "active" && still.mainPid === mainPid && outcomes.every(({ ok }) => ok);
		const isDown = ["failed", "inactive"].includes(still.active) || still.restarts - before >= mostRestarts;
		const isOver = isDown || machine.now() >= deadline;
		if (answered || isOver) {
			for (const outcome of outcomes) context.emit({ event: "probe-tried", ...outcome });
			const why = still.result === "success" ? [] : [still.result || result];
			const status = still.mainPid || !still.status ? [] : [`status ${still.status}`];
			const state = [still.active, ...why, ...status].join(", ");
			return { answered, probes: outcomes, state, mainPid };
		}
		await machine.sleep(pause, signal);
	}
}

/** Why a service is not taken for running (exit 1): what systemd says of it, and what its application said last. */
export async function serviceSilent(context: Context, service: string, answer: Answer, probe: string): Promise<Failure> {
	const words = tellingWords(await context.machine.services.output(service)) || tellingWords(failedOutput(answer));
	const values = { service, state: answer.state, probe: showProbe(probe) };
	return words === "" ? new Failure("service-silent", values, 1) : new Failure("service-silent-words", { ...values, words }, 1);
}

function failedOutput({ probes }: Answer): string {
	return probes.find(({ ok }) => !ok)?.output ?? "";
}

function reachable(init: number): Reachable {
	return { init, ended: new Promise(() => {}) };
}

/** By device and inode: whose root directory is a generation of the cage, whichever was present when the service started. */
export async function runsInside({ machine }: Context, name: string, pid: number): Promise<boolean> {
	const generations = await machine.store.generations(name);
	const roots: Path[] = generations.map((generation) => machine.store.root(name, generation));
	return pid > 0 && roots.some((root) => machine.launcher.running(root).processes.includes(pid));
}
