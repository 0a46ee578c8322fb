import { isRecord } from "../../base/collections.ts";
import { printable } from "../../base/path/quote.ts";
import { table } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { type HistoryLine, historyLine } from "../record.ts";

interface HistoryWords {
	readonly action: string;
	/** The text in the log. */
	readonly details: string;
	/** `label: value` for each detail, unless the line has another form. */
	readonly labelled?: readonly string[];
}

/** Returns a line of the log in words. Unknown words are shown unchanged. */
export function historyWords({ action, details }: HistoryLine, messages: Messages): HistoryWords {
	const actions: Readonly<Record<string, string>> = messages.record.log.actions;
	const words = { action: actions[action] ?? action, details };
	try {
		const value: unknown = JSON.parse(details);
		if (isRecord(value)) return { ...words, labelled: named(value, messages).map(([name, text]) => `${name}: ${text}`) };
	} catch {
		// A line of another form, or one that a masked secret truncated.
	}
	return words;
}

/** A cage's log for people: a head, and a row for each line. */
export function historyText(lines: readonly string[], messages: Messages, width: number | undefined): string {
	const rows = lines.map((line) => {
		const one = historyLine(line);
		const { action, details, labelled } = historyWords(one, messages);
		return [readableTimes(one.time), action, labelled?.join(", ") ?? details].map(printable);
	});
	return table([messages.record.parts.historyHead, ...rows], width);
}

/** Shows milliseconds as seconds. */
export function readableTimes(text: string): string {
	return text.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, "$1 $2 UTC");
}

function named(value: object, messages: Messages): (readonly [string, string])[] {
	const names: Readonly<Record<string, string>> = messages.record.log.details;
	return Object.entries(value).flatMap(([key, one]) => {
		if (isRecord(one)) return named(one, messages);
		return [[names[key] ?? key, shown(key, one, messages)] as const];
	});
}

function shown(key: string, value: unknown, { bytes, count, record }: Messages): string {
	if (Array.isArray(value)) return value.map(String).join(", ") || record.parts.none;
	if (typeof value === "boolean") return value ? record.yes : record.no;
	if (typeof value === "number") return key === "bytes" ? bytes(value) : count(value);
	return String(value);
}
