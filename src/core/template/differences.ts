import { jsonPointer } from "./place.ts";
import type { Template } from "./template.ts";

/** In what two templates differ, member by member; of lists, what is in one of them alone. */
export interface TemplateDifference {
	/** A JSON Pointer, of a list without the number of the item. */
	readonly pointer: string;
	/** As JSON text; absent where it was not there, or is not any more. */
	readonly before?: string;
	readonly after?: string;
}

/** What makes a cage; titles and descriptions are for people. */
const fields = ["parameters", "application", "rules", "alternatives"] as const;

export function templateDifferences(before: Template, after: Template): TemplateDifference[] {
	return fields.flatMap((field) => compare([field], before[field], after[field]));
}

function compare(keys: readonly string[], before: unknown, after: unknown): TemplateDifference[] {
	const [one, other] = [JSON.stringify(before), JSON.stringify(after)];
	if (one === other) return [];
	const pointer = jsonPointer(keys);
	if (Array.isArray(before) && Array.isArray(after)) {
		const [gone, come] = [without(before, after), without(after, before)];
		// In a command the order is the meaning.
		if (keys.at(-1) === "command" || (!gone.length && !come.length)) return [{ pointer, before: one ?? "", after: other ?? "" }];
		return [...gone.map((text) => ({ pointer, before: text })), ...come.map((text) => ({ pointer, after: text }))];
	}
	if (isRecord(before) && isRecord(after)) {
		const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
		return names.flatMap((name) => compare([...keys, name], before[name], after[name]));
	}
	return [{ pointer, ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) }];
}

function without(values: readonly unknown[], others: readonly unknown[]): string[] {
	const known = new Set(others.map((value) => JSON.stringify(value)));
	return values.map((value) => JSON.stringify(value)).filter((text) => !known.has(text));
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
