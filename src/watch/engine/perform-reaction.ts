import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { runningIn } from "../../cage/engine/cages.ts";
import type { Alarm } from "../alarm.ts";
import type { Reaction, StoredReaction } from "../reaction.ts";
import { stopCage } from "./stop-cage.ts";

interface ReactionRequest {
	readonly reaction: Reaction;
	/** For a command that reacts. */
	toLine(alarm: Alarm): string;
	/** Called before units are stopped. */
	onUnits(units: readonly string[]): void;
}

/** Performs a reaction. Resolves to its result, which is never pending; undefined if the cage was removed. */
export async function performReaction(
	context: Context,
	stored: StoredReaction,
	performing: ReactionRequest,
): Promise<StoredReaction | undefined> {
	const { machine } = context;
	const time = () => new Date(machine.now()).toISOString();
	let { units = [] } = stored;
	const onUnits = (stopped: readonly string[]) => {
		units = stopped;
		performing.onUnits(units);
	};
	try {
		if (!(await machine.store.names()).includes(stored.alarm.cage)) return undefined;
		machine.launcher.requireSafeState();
		const outcome = await perform(context, stored, { ...performing, onUnits });
		const { problem: _, ...rest } = stored;
		return { ...rest, ...outcome, state: "done", at: time() };
	} catch (error) {
		const { code, values } = error instanceof Failure ? error : new Failure("internal", { detail: String(error) }, 70);
		return { ...stored, units, state: "failed", at: time(), problem: { code, values } };
	}
}

async function perform(
	context: Context,
	{ alarm, units = [] }: StoredReaction,
	{ onUnits, reaction, toLine }: ReactionRequest,
): Promise<Pick<StoredReaction, "by" | "processes" | "units">> {
	switch (reaction.kind) {
		case "freeze":
			return { processes: await freezeCage(context, alarm.cage) };
		case "stop":
			return stopCage(context, alarm.cage, { graceSeconds: reaction.graceSeconds, units, onUnits });
		case "command":
			await context.machine.detection.runCommand(reaction.command, `${toLine(alarm)}\n`, context.signal);
			return {};
		default:
			return {};
	}
}

/** Writes the result of a reaction into the cage's log. Commands keep their own. */
export async function logReaction({ machine: { store } }: Context, result: StoredReaction): Promise<void> {
	const { alarm, by = "", problem, processes = 0, reaction, state, units = [] } = result;
	const cause = alarm.call ?? alarm.finding ?? alarm.kind;
	if (problem) {
		const why = [problem.code, ...Object.values(problem.values)].join(" ");
		await store.log(alarm.cage, "reaction-failed", { reaction, alarm: cause, problem: why });
	} else if (state === "done" && reaction === "stop") {
		await store.log(alarm.cage, "stopped", { services: units, signal: by, alarm: cause });
	} else if (state === "done" && reaction === "freeze") await store.log(alarm.cage, "frozen", { processes, alarm: cause });
}

/** Milliseconds between two searches for processes, and those after which freezing has failed. */
const pause = 50;
const limit = 30_000;

/**
 * Suspends every process of a cage (SIGSTOP), so that its memory can be examined. Resolves to their number when two searches found
 * nothing that runs, because a process that is not suspended yet may fork, or continue another one. Throws `not-frozen` (exit 1).
 */
async function freezeCage({ machine, signal }: Context, name: string): Promise<number> {
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
