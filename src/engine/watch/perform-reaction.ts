import type { Alarm } from "../../core/detection/alarm.ts";
import type { Reaction, StoredReaction } from "../../core/detection/reaction.ts";
import { Failure } from "../../core/failure.ts";
import type { Context } from "../context.ts";
import { freezeCage } from "./freeze-cage.ts";
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
