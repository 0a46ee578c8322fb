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
