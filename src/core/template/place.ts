/** A position in a JSON text: line and column from 1, columns in UTF-16 units as in editors. */
export interface Place {
	readonly line: number;
	readonly column: number;
}

export type Keys = readonly (string | number)[];

interface JsonScan {
	/** The first offset at which the text is not JSON. */
	readonly brokenAt?: number;
	/** Nested more deeply than any template: a recursive parser would exhaust the stack. */
	readonly deepAt?: number;
	/** The first repeated name in an object: parsers differ in which value they take. */
	readonly duplicate?: { readonly keys: Keys; readonly at: number };
}

const deepest = 64;
// A string, a number, a word or a sign, with preceding blanks.
const token =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in a string
	/[ \t\n\r]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null)|([{}[\],:]))/y;

interface Open {
	readonly kind: "{" | "[";
	/** The current member's name or item's index. */
	key: string | number;
	readonly names: Set<string>;
}

/** Called for each value with its keys (do not keep the array), its offset and its member name's offset. */
type Visit = (keys: Keys, at: number, nameAt: number) => void;

/** Scans a JSON text once, without recursion. */
export function scanJson(text: string, visit?: Visit): JsonScan {
	const open: Open[] = [];
	let expected: "value" | "first" | "name" | "colon" | "next" | "end" = "value";
	let nameAt = 0;
	let duplicate: JsonScan["duplicate"];
	let offset = 0;
	const broken = (at: number): JsonScan => ({ brokenAt: at, ...(duplicate ? { duplicate } : {}) });
	for (;;) {
		token.lastIndex = offset;
		const match = token.exec(text);
		if (!match) {
			const rest = offset + (/^[ \t\n\r]*/.exec(text.slice(offset, offset + 1024))?.[0].length ?? 0);
			return expected === "end" && text.slice(offset).trim() === "" ? (duplicate ? { duplicate } : {}) : broken(rest);
		}
		const [whole, string, number, word, sign] = match;
		const at = offset + whole.length - (string ?? number ?? word ?? sign ?? "").length;
		offset += whole.length;
		const inner = open.at(-1);
		const closes = sign === "}" ? "{" : sign === "]" ? "[" : undefined;
		if (closes !== undefined) {
			if (inner?.kind !== closes || (expected !== "next" && expected !== "first")) return broken(at);
			open.pop();
			expected = open.length ? "next" : "end";
		} else if (sign === ",") {
			if (expected !== "next" || !inner) return broken(at);
			if (inner.kind === "[") inner.key = Number(inner.key) + 1;
			expected = inner.kind === "{" ? "name" : "value";
		} else if (sign === ":") {
			if (expected !== "colon") return broken(at);
			expected = "value";
		} else if (string !== undefined && inner?.kind === "{" && (expected === "name" || expected === "first")) {
			const name = JSON.parse(string) as string;
			inner.key = name;
			if (inner.names.has(name)) duplicate ??= { keys: open.map((one) => one.key), at };
			inner.names.add(name);
			nameAt = at;
			expected = "colon";
		} else {
			if (expected !== "value" && !(expected === "first" && inner?.kind === "[")) return broken(at);
			visit?.(
				open.map((one) => one.key),
				at,
				inner?.kind === "{" ? nameAt : at,
			);
			expected = open.length ? "next" : "end";
			if (sign === "{" || sign === "[") {
				if (open.length >= deepest) return { deepAt: at, ...(duplicate ? { duplicate } : {}) };
				open.push({ kind: sign, key: sign === "[" ? 0 : "", names: new Set() });
				expected = "first";
			}
		}
	}
}

/**
 * Returns the positions of values, or of their members' names, in a JSON text. For a missing value, returns the start of the
 * nearest enclosing one.
 */
export function placesOf(text: string, wanted: readonly { readonly keys: Keys; readonly name: boolean }[]): Place[] {
	const found = wanted.map(() => ({ depth: -1, at: 0 }));
	scanJson(text, (keys, at, nameAt) => {
		for (const [index, one] of wanted.entries()) {
			const best = found[index];
			if (!best || keys.length > one.keys.length || keys.length <= best.depth) continue;
			if (keys.every((key, depth) => String(key) === String(one.keys[depth]))) {
				best.depth = keys.length;
				best.at = one.name && keys.length === one.keys.length ? nameAt : at;
			}
		}
	});
	return found.map(({ at }) => placeAt(text, at));
}

export function placeAt(text: string, offset: number): Place {
	const before = text.slice(0, offset);
	return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** RFC 6901. */
export function jsonPointer(keys: Keys): string {
	return keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
