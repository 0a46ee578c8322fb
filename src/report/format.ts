import type { Difference, Setting } from "../core/cage/difference.ts";
import { printable, showPath } from "../core/path/quote.ts";
import type { Messages } from "../messages/messages.ts";

/** Building blocks of text reports. */

/** Aligns columns to their widest cell. The last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
	const widths: number[] = [];
	for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
	return rows
		.map((row) =>
			row
				.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

/** A label with its value, or with a line for each of its values. Without a value there is no line. */
export type Field = readonly [label: string, value: string | readonly string[] | undefined];

/** `label  value` lines with aligned values. */
export function fields(rows: readonly Field[]): string {
	return table(rows.flatMap(([label, value = []]) => [value].flat().map((line, index) => [index ? "" : label, line])));
}

/** A title with an indented table. Empty without rows. */
export function section(title: string, rows: readonly (readonly string[])[]): string[] {
	return rows.length ? [`${title}:`, indent(table(rows))] : [];
}

/** A file's mode as `0644`. */
export function octal(mode: number): string {
	return mode.toString(8).padStart(4, "0");
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
