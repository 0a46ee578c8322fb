import { omitUndefined } from "../base/collections.ts";
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
	return new JsonScanner(text, visit).scan();
}

class JsonScanner {
	readonly #text: string;
	readonly #visit: Visit | undefined;
	readonly #open: Open[] = [];
	#expected: "value" | "first" | "name" | "colon" | "next" | "end" = "value";
	#nameAt = 0;
	#duplicate: JsonScan["duplicate"];

	constructor(text: string, visit: Visit | undefined) {
		this.#text = text;
		this.#visit = visit;
	}

	scan(): JsonScan {
		for (let offset = 0; ; ) {
			token.lastIndex = offset;
			const match = token.exec(this.#text);
			if (!match) return this.#end(offset);
			const [all, string, number, word, sign] = match;
			const at = offset + all.length - (string ?? number ?? word ?? sign ?? "").length;
			offset += all.length;
			if (!this.#take(string, sign, at)) return this.#result({ brokenAt: at });
			if (this.#open.length > deepest) return this.#result({ deepAt: at });
		}
	}

	#result(problem: JsonScan): JsonScan {
		return { ...problem, ...omitUndefined({ duplicate: this.#duplicate }) };
	}

	#end(offset: number): JsonScan {
		if (this.#expected === "end" && this.#text.slice(offset).trim() === "") return this.#result({});
		return this.#result({ brokenAt: offset + (/^[ \t\n\r]*/.exec(this.#text.slice(offset, offset + 1024))?.[0].length ?? 0) });
	}

	/** Returns false if the token may not follow. */
	#take(string: string | undefined, sign: string | undefined, at: number): boolean {
		const inner = this.#open.at(-1);
		const expected = this.#expected;
		if (sign === "}" || sign === "]") return this.#close(sign === "}" ? "{" : "[");
		if (sign === ",") {
			if (expected !== "next" || !inner) return false;
			if (inner.kind === "[") inner.key = Number(inner.key) + 1;
			this.#expected = inner.kind === "{" ? "name" : "value";
		} else if (sign === ":") {
			if (expected !== "colon") return false;
			this.#expected = "value";
		} else if (string !== undefined && inner?.kind === "{" && (expected === "name" || expected === "first")) {
			this.#name(inner, JSON.parse(string) as string, at);
		} else {
			if (expected !== "value" && !(expected === "first" && inner?.kind === "[")) return false;
			this.#value(sign, at);
		}
		return true;
	}

	#close(kind: Open["kind"]): boolean {
		const isExpected = this.#expected === "next" || this.#expected === "first";
		if (this.#open.at(-1)?.kind !== kind || !isExpected) return false;
		this.#open.pop();
		this.#expected = this.#open.length ? "next" : "end";
		return true;
	}

	#name(inner: Open, name: string, at: number): void {
		inner.key = name;
		if (inner.names.has(name)) this.#duplicate ??= { keys: this.#open.map((one) => one.key), at };
		inner.names.add(name);
		this.#nameAt = at;
		this.#expected = "colon";
	}

	#value(sign: string | undefined, at: number): void {
		const open = this.#open;
		const keys = open.map((one) => one.key);
		this.#visit?.(keys, at, open.at(-1)?.kind === "{" ? this.#nameAt : at);
		this.#expected = open.length ? "next" : "end";
		if (sign !== "{" && sign !== "[") return;
		open.push({ kind: sign, key: sign === "[" ? 0 : "", names: new Set() });
		this.#expected = "first";
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
