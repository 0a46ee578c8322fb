import { pathFromText } from "../../../core/path/path.ts";

/**
 * What a search looks at. All paths in one piece of memory: texts of their own lie anywhere, and to fetch 50,000 of them takes most of what a key may
 * take (measured).
 */
export interface Searched {
	/** The bytes of all paths in lower case, one after the other. */
	readonly text: Uint8Array;
	/** Where each path ends in it, and its name begins. */
	readonly ends: Int32Array;
	readonly names: Int32Array;
	/** Which letters and digits are in each path, as bits: one that lacks any of the query's need not be looked at. */
	readonly letters: Int32Array;
}

/** Beyond this many times its length, letters that lie apart are no match but an accident. */
const widest = 4;

/**
 * What of `among`, else of everything, matches a query, by places, the best first: every word of it in the path, in the name rather than above it;
 * where that finds nothing, its letters in this order, close together. What matches equally stays in its order. Of the library for such matches the first
 * key would take several times longer than a key may at 50,000 paths (measured).
 */
export function search(searched: Searched, query: string, among: Int32Array = everything(searched)): Int32Array {
	const words = lowered(query)
		.split(" ")
		.filter(Boolean)
		.map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)));
	const [first] = words;
	if (!first) return among;
	const known = remembered.get(among);
	// What more letters leave is among what fewer found.
	const { best, found } = matching(searched, words, known && query.startsWith(known.query) ? known.found : among);
	if (!found.length) return scattered(searched, joined(words), among);
	remembered.set(among, { query, found });
	return best;
}

const remembered = new WeakMap<Int32Array, { readonly query: string; readonly found: Int32Array }>();
const wholes = new WeakMap<Searched, Int32Array>();

function everything(searched: Searched): Int32Array {
	const known = wholes.get(searched) ?? searched.ends.map((_, at) => at);
	wholes.set(searched, known);
	return known;
}

/** Paths are bytes; what was typed is text. */
const lowered = (query: string) => pathFromText(query).toLowerCase();

/** As `toLowerCase` has it, of one of the first 256 characters. */
export function lowerCase(byte: number): number {
	return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0xc0 && byte <= 0xde && byte !== 0xd7) ? byte + 0x20 : byte;
}

/** The bit of a letter or a digit in lower case; two digits share one, so that 32 are enough. 0 of anything else. */
export function letterBit(byte: number): number {
	if (byte >= 0x61 && byte <= 0x7a) return 1 << (byte - 0x61);
	return byte >= 0x30 && byte <= 0x39 ? 1 << (26 + ((byte - 0x30) >> 1)) : 0;
}

function joined(words: readonly Uint8Array[]): Uint8Array {
	return Uint8Array.from(words.flatMap((word) => [...word]));
}

const lettersIn = (bytes: Uint8Array) => bytes.reduce((bits, byte) => bits | letterBit(byte), 0);

/** The name begins with it, the name has it, the path has it. */
const ranks = [1, 2, 3] as const;

/** `found` in the order of `among`, `best` by how well they match. */
function matching(searched: Searched, words: readonly Uint8Array[], among: Int32Array) {
	const { letters } = searched;
	const wanted = lettersIn(joined(words));
	const of = new Uint8Array(among.length);
	const counts = [0, 0, 0, 0];
	for (let index = 0; index < among.length; index++) {
		const at = among[index] as number;
		if (((letters[at] as number) & wanted) !== wanted) continue;
		const rank = rankOf(searched, at, words);
		of[index] = rank;
		counts[rank] = (counts[rank] as number) + 1;
	}
	const [, begins = 0, named = 0, placed = 0] = counts;
	const found = new Int32Array(begins + named + placed);
	const best = new Int32Array(found.length);
	const next = [0, 0, begins, begins + named];
	let count = 0;
	for (let index = 0; index < among.length; index++) {
		const rank = of[index] as number;
		if (!rank) continue;
		const at = among[index] as number;
		found[count++] = at;
		const place = next[rank] as number;
		best[place] = at;
		next[rank] = place + 1;
	}
	return { found, best };
}

/** 0 where not all words are in it. The last word counts; it is the one that is being typed. */
function rankOf({ ends, names, text }: Searched, at: number, words: readonly Uint8Array[]): 0 | (typeof ranks)[number] {
	const start = at ? (ends[at - 1] as number) : 0;
	const end = ends[at] as number;
	const last = lastPlace(text, start, end, words[words.length - 1] as Uint8Array);
	if (last < 0) return 0;
	for (let word = words.length - 2; word >= 0; word--) {
		if (lastPlace(text, start, end, words[word] as Uint8Array) < 0) return 0;
	}
	const name = names[at] as number;
	// What begins with the slash before the name is in the name too.
	return last < name - 1 ? 3 : last === name || last === start ? 1 : 2;
}

/** Where a word is for the last time between `start` and `end`; -1 where it is not. */
function lastPlace(text: Uint8Array, start: number, end: number, word: Uint8Array): number {
	const length = word.length;
	const first = word[0];
	for (let at = end - length; at >= start; at--) {
		if (text[at] !== first) continue;
		let same = 1;
		while (same < length && text[at + same] === word[same]) same++;
		if (same === length) return at;
	}
	return -1;
}

function scattered({ ends, letters, text }: Searched, query: Uint8Array, among: Int32Array): Int32Array {
	const wanted = lettersIn(query);
	const bySpan: number[][] = Array.from({ length: query.length * widest + 1 }, () => []);
	for (let index = 0; index < among.length; index++) {
		const at = among[index] as number;
		if (((letters[at] as number) & wanted) !== wanted) continue;
		const span = spanOf(text, at ? (ends[at - 1] as number) : 0, ends[at] as number, query);
		bySpan[span]?.push(at);
	}
	return Int32Array.from(bySpan.flat());
}

/** How far apart the letters lie, looked for from the end of the path, where its name is; -1 where they do not. */
function spanOf(text: Uint8Array, start: number, end: number, query: Uint8Array): number {
	let at = end;
	let last = 0;
	for (let letter = query.length - 1; letter >= 0; letter--) {
		const wanted = query[letter];
		do at--;
		while (at >= start && text[at] !== wanted);
		if (at < start) return -1;
		if (letter === query.length - 1) last = at;
	}
	return last - at + 1;
}
