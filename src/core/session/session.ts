import type { Files } from "../machine/facts.ts";
import type { Path } from "../path/path.ts";
import type { Plan } from "../plan/plan.ts";

/** The form of what is stored. A change that `restored` cannot make up for gets a new number and a migration from the one before. */
export const sessionVersion = 1;

type Migration = (fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** `migrations[0]` makes version 2 of version 1, and so on. */
const migrations: readonly Migration[] = [];

/** The fields in the form of today. `newer` where another version wrote them that knows more, `unknown` where the number is none. */
export function migrated(
	version: unknown,
	fields: Readonly<Record<string, unknown>>,
	chain: readonly Migration[] = migrations,
): Readonly<Record<string, unknown>> | "newer" | "unknown" {
	if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return "unknown";
	if (version > chain.length + 1) return "newer";
	return chain.slice(version - 1).reduce((before, migration) => migration(before), fields);
}

/** Files and links that were to go into the cage and are not any more what they were when they were planned. */
export function changedSince(plan: Plan, files: Pick<Files, "status" | "readLink">): Path[] {
	return plan.entries.flatMap(({ decision, kind, mtime, path, size, target }) => {
		if (decision !== "include") return [];
		if (kind === "symlink") return files.readLink(path) === target ? [] : [path];
		if (kind !== "file") return [];
		const now = files.status(path);
		return now?.kind === "file" && now.size === size && now.mtime === mtime ? [] : [path];
	});
}

/**
 * A value of any size as lines of JSON, and back. A list has a line for each element; an object one for each field, and a field that is a long
 * list one for each of its elements. So it can be written piece by piece, and the last line tells a whole file from one that was cut.
 */

/** A list up to so long stands in the line of its field. */
const shortList = 20;

type Head = { readonly kind: "list" | "object" | "value" };
type FieldLine = { readonly field: string } & ({ readonly value: unknown } | { readonly count: number });

/** A list, as the field of an object, whose elements are made while they are written: a large one is never there as JSON as a whole. */
export class MadeList {
	readonly count: number;
	readonly elements: () => Iterable<unknown>;

	constructor(count: number, elements: () => Iterable<unknown>) {
		this.count = count;
		this.elements = elements;
	}

	/** Where it is written in one piece after all, as a short one is. */
	toJSON(): unknown {
		return [...this.elements()];
	}
}

export function* encodeLines(value: unknown): Generator<string> {
	let lines = 0;
	for (const line of body(value)) {
		lines++;
		yield line;
	}
	yield JSON.stringify({ end: lines });
}

function* body(value: unknown): Generator<string> {
	if (Array.isArray(value)) {
		yield JSON.stringify({ kind: "list" } satisfies Head);
		for (const element of value) yield plain(element);
		return;
	}
	if (typeof value !== "object" || value === null) {
		yield JSON.stringify({ kind: "value" } satisfies Head);
		yield plain(value);
		return;
	}
	yield JSON.stringify({ kind: "object" } satisfies Head);
	for (const [field, inner] of Object.entries(value)) {
		const list = listOf(inner);
		if (list) {
			yield JSON.stringify({ field, count: list.count } satisfies FieldLine);
			for (const element of list.elements()) yield plain(element);
		} else if (inner !== undefined) yield JSON.stringify({ field, value: inner } satisfies FieldLine);
	}
}

function listOf(value: unknown): MadeList | undefined {
	if (value instanceof MadeList) return value;
	return Array.isArray(value) && value.length > shortList ? new MadeList(value.length, () => value) : undefined;
}

/** What JSON has no word for stands as null, as in an array of JSON's own. */
function plain(value: unknown): string {
	return JSON.stringify(value) ?? "null";
}

/** The inverse. Throws a SyntaxError where lines are missing or are none of ours. */
export function decodeLines(lines: readonly string[]): unknown {
	const last = lines.at(-1);
	const end = last === undefined ? undefined : (JSON.parse(last) as { end?: unknown } | null)?.end;
	if (end !== lines.length - 1) throw new SyntaxError("cut off");
	const [first = "", ...rest] = lines.slice(0, -1);
	switch ((JSON.parse(first) as Head).kind) {
		case "list":
			return rest.map((line) => JSON.parse(line) as unknown);
		case "value":
			return JSON.parse(rest[0] ?? "") as unknown;
		case "object":
			return decodeObject(rest);
		default:
			throw new SyntaxError("unknown kind");
	}
}

function decodeObject(lines: readonly string[]): unknown {
	const fields: [string, unknown][] = [];
	for (let at = 0; at < lines.length; ) {
		const line = JSON.parse(lines[at++] ?? "") as FieldLine;
		if ("count" in line) {
			const elements = lines.slice(at, at + line.count);
			if (elements.length !== line.count) throw new SyntaxError("cut off");
			fields.push([line.field, elements.map((element) => JSON.parse(element) as unknown)]);
			at += line.count;
		} else fields.push([line.field, line.value]);
	}
	// Unlike an assignment, this takes `__proto__` as a name like any other.
	return Object.fromEntries(fields);
}
