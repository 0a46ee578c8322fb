import type { StoredReaction } from "../core/detection/reaction.ts";
import type { Messages } from "../messages/messages.ts";
import { alarmText, alarmToJson } from "./alarm.ts";

/** What a reaction did, why, and how to continue. `start` is the command line that starts what `run` started. */
export function reactionText(stored: StoredReaction, start: string, messages: Messages): string {
	const words = messages.alarms.reactions;
	const { alarm, by, processes = 0, problem, reaction, state, units = [] } = stored;
	const why = words.because(alarmText(alarm, messages));
	const name = alarm.cage;
	if (problem) return `${words.failed(name, reaction, messages.failure(problem))} ${why}`;
	if (state === "pending") return `${words.pending(name, reaction)} ${why}`;
	if (reaction === "freeze") return `${words.frozen(name, processes)} ${why}`;
	return `${by ? words.stopped(name, by) : words.ended(name)} ${why} ${words.again(units.length ? `systemctl start ${units.join(" ")}` : start)}`;
}

/** A few words for a table. */
export function reactionState({ reaction, state }: StoredReaction, messages: Messages): string {
	const { inList } = messages.alarms.reactions;
	if (state !== "done") return inList[state](reaction);
	return reaction === "freeze" ? inList.frozen : inList.stopped;
}

export function reactionToJson(stored: StoredReaction, messages: Messages) {
	const { alarm, at, by = null, problem = null, processes = null, reaction, state, units = [] } = stored;
	return { reaction, state, at, by, processes, units, problem, alarm: alarmToJson(alarm, messages) };
}
