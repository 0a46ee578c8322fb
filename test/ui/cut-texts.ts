/** Characters before a cut that identify a text of the catalogue. */
const enough = 10;

/**
 * The lines with a text of the catalogue that is cut. Texts from the machine (paths, commands, output) may be cut, because a
 * page shows them in full; our own texts must fit.
 */
export function cutTexts(lines: readonly string[], catalogue: object): string[] {
	const texts = textsOf(catalogue);
	// Rows of a list may be cut, because details of the selected row are shown.
	const isRow = (line: string) => /^[❯ ] /.test(line);
	return lines.filter(
		(line) =>
			!isRow(line) &&
			[...line.matchAll(/…/g)].some(({ index }) => {
				const before = line.slice(Math.max(0, index - enough), index);
				if (before.length < enough || line.slice(0, index).endsWith(" ")) return false;
				// The text itself may contain the mark.
				if (texts.some((text) => text.includes(`${before}…`))) return false;
				return texts.some((text) => {
					const at = text.indexOf(before);
					// More text follows.
					return at >= 0 && at + enough < text.length;
				});
			}),
	);
}

/** All texts, split at their values. */
function textsOf(value: unknown): string[] {
	if (typeof value === "string") return value.split(/\{[^}]*\}/);
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
