import type { Difference, Setting } from "../core/cage/difference.ts";
import { showPath } from "../core/path/quote.ts";
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

/** `label  value` lines with aligned values. */
export function fields(pairs: readonly (readonly [string, string])[]): string {
	return table(pairs);
}

export function indent(text: string): string {
	return text.replace(/^(?=.)/gm, "  ");
}

/** A path with its changed aspects: `/etc/x (mode, owner)`. */
export function changedText({ aspects, path }: Difference["changed"][number], { cli }: Messages): string {
	return `${showPath(path)} (${aspects.map((aspect) => cli.difference.aspects[aspect]).join(", ")})`;
}

export function settingsText(settings: readonly Setting[], { cli }: Messages): string {
	return settings.map((setting) => cli.difference.settings[setting]).join(", ");
}
