import { printable } from "../../core/path/quote.ts";

/** By words, and words that are too long by length: a path must not push the rest off the screen. */
export function wrapWords(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of printable(text).split(" ")) {
		if (line !== "" && line.length + 1 + word.length > width) {
			lines.push(line);
			line = "";
		}
		line = line === "" ? word : `${line} ${word}`;
		while (line.length > width) {
			lines.push(line.slice(0, width));
			line = line.slice(width);
		}
	}
	if (line !== "") lines.push(line);
	return lines;
}

/** By length alone, every space as it is: for what a program printed or will read. An empty line stays one. */
export function wrapRows(line: string, width: number): string[] {
	const rows: string[] = [];
	for (let at = 0; at === 0 || at < line.length; at += width) rows.push(line.slice(at, at + width));
	return rows;
}

/** Characters that take one column each, whatever stands beside them: ASCII, Latin-1, the ellipsis, arrows and lines of frames. */
const narrow = /^[ -~\u00a1-\u00a8\u00aa-\u00ac\u00af-\u00ff\u2026\u2190-\u2193\u2500-\u257f]*$/;

/** Whether a text is as many columns wide as it has characters. */
export function isNarrow(text: string): boolean {
	return narrow.test(text);
}

/** Where a text is cut when it is too long. Of a path the end says more than the middle. */
export type Cut = "end" | "middle" | "start";

/** As Ink cuts a text to so many columns, where it is narrow; `mark` is one character for what is left out. */
export function cutTo(text: string, width: number, cut: Cut, mark = "…"): string {
	if (text.length <= width) return text;
	if (width <= 1) return width < 1 ? "" : mark;
	if (cut === "end") return text.slice(0, width - 1) + mark;
	const before = cut === "start" ? 0 : width >> 1;
	return text.slice(0, before) + mark + text.slice(text.length - (width - before) + 1);
}
