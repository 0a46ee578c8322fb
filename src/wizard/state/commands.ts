import type { Event } from "../../base/engine/events.ts";

/** A program that the wizard started. */
export interface RanCommand {
	/** Number of the last start. */
	readonly number: number;
	readonly line: string;
	/** Number of consecutive starts. */
	readonly times: number;
	/** Exit status of the last start; absent while it runs. */
	readonly status?: number;
}

/** Limits of the list. */
export const commandsKept = 200;
const longestLine = 4000;
/** Repeated probes share an entry, even with other commands between them. */
const looksBack = 4;

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
