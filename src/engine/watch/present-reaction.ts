import type { StoredReaction } from "../../core/detection/reaction.ts";
import { runningIn } from "../cages.ts";
import type { ReadingMachine } from "../context.ts";

/**
 * The reaction that explains the state of a cage: one that is not done, a stop after which nothing runs, or a freeze if something is
 * still suspended.
 */
export async function presentReaction(machine: ReadingMachine, name: string): Promise<StoredReaction | undefined> {
	// `watch` reports a damaged file.
	const stored = await machine.store.upkeep.reactions(name).catch(() => []);
	const unfinished = stored.find(({ state }) => state !== "done");
	if (unfinished || !stored.length) return unfinished;
	const { processes } = await runningIn(machine, name);
	const isFrozen = processes.some((pid) => machine.launcher.isSuspended(pid));
	return stored.find(({ reaction }) => (reaction === "freeze" ? isFrozen : reaction === "stop" && !processes.length));
}
