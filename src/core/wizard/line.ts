import type { Key } from "./keys.ts";

/** One line of text that is being edited. `at` counts UTF-16 units and never stands inside a character. */
export interface TextLine {
	readonly text: string;
	readonly at: number;
}

export function textLine(text: string): TextLine {
	return { text, at: text.length };
}

const segments = new Intl.Segmenter();

/** What a key does to the line; undefined where it is no key of the line's. */
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

/** Steps by what a person sees as one character. */
function before({ text, at }: TextLine): number {
	let last = 0;
	for (const { index } of segments.segment(text)) if (index < at) last = index;
	return last;
}

function after({ text, at }: TextLine): number {
	for (const { index } of segments.segment(text)) if (index > at) return index;
	return text.length;
}
