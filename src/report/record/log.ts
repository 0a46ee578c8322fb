import type { HistoryLine } from "../../core/record/record.ts";
import type { Messages } from "../../messages/messages.ts";
import { type Cell, code, joined } from "./document.ts";

/** A line of the log in words: when, what, and the details with their names. What has no word yet stands as the log has it. */
export function logCells({ action, details, time }: HistoryLine, messages: Messages): Cell[] {
	const actions: Readonly<Record<string, string>> = messages.record.log.actions;
	return [time, actions[action] ?? action, detailsCell(details, messages)];
}

function detailsCell(details: string, messages: Messages): Cell {
	try {
		const value: unknown = JSON.parse(details);
		if (isObject(value)) return joined(named(value, messages).map(([name, shown]) => `${name}: ${shown}`));
	} catch {
		// A line of another form, or cut off where a secret was masked.
	}
	return code(details);
}

function named(value: object, messages: Messages): (readonly [string, string])[] {
	const names: Readonly<Record<string, string>> = messages.record.log.details;
	return Object.entries(value).flatMap(([key, one]) => {
		if (isObject(one)) return named(one, messages);
		return [[names[key] ?? key, shown(key, one, messages)] as const];
	});
}

function shown(key: string, value: unknown, { bytes, count, record }: Messages): string {
	if (Array.isArray(value)) return value.map(String).join(", ") || record.parts.none;
	if (typeof value === "boolean") return value ? record.yes : record.no;
	if (typeof value === "number") return key === "bytes" ? bytes(value) : count(value);
	return String(value);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
