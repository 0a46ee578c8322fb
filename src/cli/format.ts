import { printable, showPath } from "../base/path/quote.ts";
import type { Difference, Setting } from "../cage/difference.ts";
import { asciiText } from "../messages/ascii.ts";
import type { Messages } from "../messages/messages.ts";

/** Building blocks of text reports. */

/**
 * Aligns columns to their widest cell. The last column is not padded, and wraps if a terminal's width is given. If too little room is
 * left for it, whole rows wrap.
 */
export function table(rows: readonly (readonly string[])[], width?: number): string {
	const widths: number[] = [];
	for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
	return rows
		.map((row) => {
			const before = row.slice(0, -1).map((cell, index) => `${cell.padEnd(widths[index] ?? 0)}  `);
			const line = [...before, row.at(-1) ?? ""].join("").trimEnd();
			const indentation = before.join("").length;
			return wrapLine(line, width, width !== undefined && width - indentation >= narrowest ? indentation : 2);
		})
		.join("\n");
}

/** Characters that the last column of a table needs, so that it can be read. */
const narrowest = 20;

/** A command is one word, so that it can be copied. The terminal breaks it if it is too long. */
const words = /`[^`]*`\S*|(?<=: )cagewright .*?(?=[.;] |$)|\S+/g;

/** Wraps a line between its words to a terminal's width, if there is one. The first `indentation` characters stay as they are. */
export function wrapLine(line: string, width: number | undefined, indentation = 2): string {
	if (width === undefined || line.length <= width) return line;
	const rows: string[] = [];
	let row = "";
	let end = 0;
	for (const { 0: word, index } of line.matchAll(words)) {
		const gap = line.slice(end, index);
		end = index + word.length;
		if (row.trim() !== "" && index > indentation && row.length + gap.length + word.length > width) {
			rows.push(row);
			row = " ".repeat(indentation) + word;
		} else row += gap + word;
	}
	return [...rows, row].join("\n");
}

/** Wraps each line of a text. */
export function wrapLines(text: string, width: number | undefined): string {
	return width === undefined ? text : text.replace(/.+/g, (line) => wrapLine(line, width));
}

/** A label with its value, or with a line for each of its values. Without a value there is no line. */
export type Field = readonly [label: string, value: string | readonly string[] | undefined];

/** `label  value` lines with aligned values. */
export function fields(rows: readonly Field[], width?: number): string {
	const lines = rows.flatMap(([label, value = []]) => [value].flat().map((line, index) => [index ? "" : label, line]));
	return table(lines, width);
}

/** A title with an indented table. Empty without rows. */
export function section(title: string, rows: readonly (readonly string[])[]): string[] {
	return rows.length ? [`${title}:`, indent(table(rows))] : [];
}

export function indent(text: string): string {
	return text.replace(/^(?=.)/gm, "  ");
}

/** Keeps newlines, which are part of a word between a shell's quotes. */
export function printableLines(text: string): string {
	return text.split("\n").map(printable).join("\n");
}

/** A path with its changed aspects: `/etc/x (mode, owner)`. */
export function changedText({ aspects, path }: Difference["changed"][number], { cli }: Messages): string {
	return `${showPath(path)} (${aspects.map((aspect) => cli.difference.aspects[aspect]).join(", ")})`;
}

export function settingsText(settings: readonly Setting[], { cli }: Messages): string {
	return settings.map((setting) => cli.difference.settings[setting]).join(", ");
}

/** The locale's terminal shows only ASCII. An empty variable counts as unset. */
export function isAsciiLocale({ LANG, LC_ALL, LC_CTYPE }: NodeJS.ProcessEnv = process.env): boolean {
	return !/UTF-?8/i.test(LC_ALL || LC_CTYPE || LANG || "UTF-8");
}

/** Writes a text to a terminal in its locale, and to a file or pipe unchanged. */
export function write(stream: NodeJS.WriteStream, text: string): void {
	stream.write(inLocale(stream, text));
}

export function inLocale({ isTTY }: NodeJS.WriteStream, text: string): string {
	return isTTY && isAsciiLocale() ? asciiText(text) : text;
}
