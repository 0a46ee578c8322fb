import { printable } from "../../base/path/quote.ts";
import { type HistoryLine, historyLine } from "../record.ts";

/** Escapes text from outside: CommonMark 2.4 and 2.5, and `|` for tables. */
export function text(value: string): string {
	return printable(value).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");
}

/** A code span whose fence is longer than any run of backticks inside (CommonMark 6.1). */
export function code(value: string): string {
	const shown = printable(value);
	if (shown === "") return "";
	const fence = fenceFor(shown, 1);
	const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
	return `${fence}${pad}${shown}${pad}${fence}`;
}

export function fenced(lines: readonly string[]): string {
	const shown = lines.map(printable);
	const fence = fenceFor(shown.join("\n"), 3);
	return [`${fence}diff`, ...shown, fence].join("\n");
}

function fenceFor(shown: string, least: number): string {
	if (!shown.includes("`")) return "`".repeat(least);
	const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
	return "`".repeat(Math.max(least, longest + 1));
}

export function logLine({ action, details, time }: HistoryLine): string {
	return `- ${code([time, action, details].filter(Boolean).join(" "))}`;
}

/** Appends a line of the log, which is the end of the record. */
export function withHistoryLine(record: string, line: string): string {
	return `${record.trimEnd()}\n${logLine(historyLine(line))}\n`;
}
