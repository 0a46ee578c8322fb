/** A line of a cage's append-only log. */
export interface HistoryLine {
	readonly time: string;
	readonly action: string;
	/** JSON. */
	readonly details: string;
}

/** Parses a line of the log, `TIME ACTION JSON`. Any other line is in `details`. */
export function historyLine(line: string): HistoryLine {
	const [, time = "", action = "", details = line] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
	return { time, action, details };
}
