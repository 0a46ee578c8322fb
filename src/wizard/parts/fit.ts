import { printable } from "../../base/path/quote.ts";

/** Wraps between words, and inside a word that is longer than the width. */
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

/** Wraps a line of a document between words. Lines that fit keep their columns, the others their indentation. */
export function wrapIndented(line: string, width: number): string[] {
	const shown = printable(line);
	if (shown.length <= width) return [shown];
	const words = shown.trimStart();
	const indentation = " ".repeat(Math.min(shown.length - words.length, Math.floor(width / 2)));
	return wrapWords(words, width - indentation.length).map((row) => indentation + row);
}

/** Wraps by length and keeps every space, as program output needs it. */
export function wrapRows(line: string, width: number): string[] {
	const rows: string[] = [];
	for (let at = 0; at === 0 || at < line.length; at += width) rows.push(line.slice(at, at + width));
	return rows;
}

/** Words of a shell line with their quotes. */
const shellWord = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g;

/** Wraps a shell command between its words, with backslashes, so that all rows together can be pasted. */
export function wrapCommand(line: string, width: number): string[] {
	const rows: string[] = [];
	for (const word of line.match(shellWord) ?? [line]) {
		const last = rows.at(-1);
		if (last !== undefined && last.length + 1 + word.length + 2 <= width) rows[rows.length - 1] = `${last} ${word}`;
		else rows.push(last === undefined ? word : `  ${word}`);
	}
	return rows.flatMap((row, index) => wrapRows(index < rows.length - 1 ? `${row} \\` : row, width));
}
