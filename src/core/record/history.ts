/** A line of a cage's append-only log. */
export interface HistoryLine {
	readonly time: string;
	readonly action: string;
	/** JSON. */
	readonly details: string;
}

/** Actions that took files over from the host after the cage was made. */
const followed = ["updated", "rebuilt"];

/** Counts the updates in the log, with the time of the last one. */
export function updatesIn(history: readonly HistoryLine[]): { readonly count: number; readonly last: string } {
	const lines = history.filter(({ action }) => followed.includes(action));
	return { count: lines.length, last: lines.at(-1)?.time ?? "" };
}

/** Parses a line of the log, `TIME ACTION JSON`. Any other line is in `details`. */
export function historyLine(line: string): HistoryLine {
	const [, time = "", action = "", details = line] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
	return { time, action, details };
}
