import { Failure } from "../../core/failure.ts";
import { runningIn } from "../cages.ts";
import type { Context } from "../context.ts";

/** Milliseconds between two searches for processes, and those after which freezing has failed. */
const pause = 50;
const limit = 30_000;

/**
 * Suspends every process of a cage (SIGSTOP), so that its memory can be examined. Resolves to their number when two searches found
 * nothing that runs, because a process that is not suspended yet may fork, or continue another one. Throws `not-frozen` (exit 1).
 */
export async function freezeCage({ machine, signal }: Context, name: string): Promise<number> {
	const began = machine.elapsed();
	for (let whole = 0; ; ) {
		const { inits, processes } = await runningIn(machine, name);
		const awake = processes.filter((pid) => !machine.launcher.isSuspended(pid));
		whole = awake.length ? 0 : whole + 1;
		if (whole === 2 || (whole === 1 && signal.aborted)) return processes.length;
		signal.throwIfAborted();
		if (machine.elapsed() - began > limit)
			throw new Failure("not-frozen", { name, pids: awake.slice(0, mostNamed).join(", ") }, 1);
		for (const pid of awake) machine.launcher.send(pid, "SIGSTOP");
		await machine.detection.suspendNamespaces(inits);
		await machine.sleep(pause, signal).catch(() => undefined);
	}
}

/** How many processes a failure names. */
const mostNamed = 8;
