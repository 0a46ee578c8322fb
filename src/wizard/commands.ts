import type { Event } from "../engine/events.ts";

/** A program that was started for the user. */
export interface RanCommand {
	/** The number of its last start. */
	readonly number: number;
	/** As one would type it. */
	readonly line: string;
	/** Starts with nothing else between them. */
	readonly times: number;
	/** Exit status of the last start; absent while it runs. */
	readonly status?: number;
}

/** How many are kept, and of each line how much. */
export const commandsKept = 200;
const longestLine = 4000;
/** A probe that is asked over and over, beside what it is about, is one entry. */
const looksBack = 4;

/** The list with what was started or has ended since. */
export function addCommand(
	commands: readonly RanCommand[],
	event: Extract<Event, { event: "command-started" | "command-ended" }>,
): readonly RanCommand[] {
	if (event.event === "command-ended") {
		return commands.map((one) => (one.number === event.number ? { ...one, status: event.status } : one));
	}
	const line = event.line.slice(0, longestLine);
	const same = commands.slice(-looksBack).find((one) => one.line === line && one.status !== undefined);
	if (same) {
		const again: RanCommand = { number: event.number, line, times: same.times + 1 };
		return commands.map((one) => (one === same ? again : one));
	}
	return [...commands, { number: event.number, line, times: 1 }].slice(-commandsKept);
}
