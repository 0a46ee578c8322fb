import { isRecord } from "../collections.ts";
import { jsonPointer } from "./place.ts";
import type { Template } from "./template.ts";

/** One difference between two templates. Lists are compared item by item. */
export interface TemplateDifference {
	/** A JSON Pointer; for list items, without the index. */
	readonly pointer: string;
	/** JSON text; absent if there was, or is, no value. */
	readonly before?: string;
	readonly after?: string;
}

/** The parts that determine a cage. Titles and descriptions do not. */
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
		// A command's order matters.
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
