import type { Key } from "./keys.ts";

/** A line being edited. `at` counts UTF-16 units and is never inside a character. */
export interface TextLine {
	readonly text: string;
	readonly at: number;
}

export function textLine(text: string): TextLine {
	return { text, at: text.length };
}

/** The line after a key, or undefined if the key does not edit lines. */
export function editLine(line: TextLine, key: Key): TextLine | undefined {
	const { text, at } = line;
	switch (key.id) {
		case "left":
			return { text, at: before(line) };
		case "right":
			return { text, at: after(line) };
		case "home":
		case "ctrl-a":
			return { text, at: 0 };
		case "end":
		case "ctrl-e":
			return { text, at: text.length };
		case "backspace":
			return cut(line, before(line), at);
		case "delete":
		case "ctrl-d":
			return cut(line, at, after(line));
		case "ctrl-u":
			return cut(line, 0, at);
		case "ctrl-k":
			return cut(line, at, text.length);
		case "ctrl-w":
			return cut(line, Math.max(0, text.slice(0, at).search(/\S+\s*$/)), at);
		default:
			if (key.text === undefined) return undefined;
			return { text: text.slice(0, at) + key.text + text.slice(at), at: at + key.text.length };
	}
}

function cut({ text }: TextLine, from: number, to: number): TextLine {
	return { text: text.slice(0, from) + text.slice(to), at: from };
}

/** Moves by grapheme clusters. */
function before({ text, at }: TextLine): number {
	return starts(text).findLast((start) => start < at) ?? 0;
}

function after({ text, at }: TextLine): number {
	return starts(text).find((start) => start > at) ?? text.length;
}

/** Start of each character. In ASCII, each index is one, because a line has no line ends. */
function starts(text: string): number[] {
	if (/^[ -~]*$/.test(text)) return Array.from(text, (_, index) => index);
	segmenter ??= new Intl.Segmenter();
	return Array.from(segmenter.segment(text), ({ index }) => index);
}

/** Created on demand, because its tables take 19 ms to load and most input is ASCII. */
let segmenter: Intl.Segmenter | undefined;
