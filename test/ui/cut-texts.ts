/** How much of a text has to stand before the mark of a cut for us to know it by: shorter pieces stand in many. */
const enough = 10;

/**
 * The lines in which a text of the catalogue is cut off. What comes from the machine (paths, commands, output) may be: there is a page with all of
 * it. What we say ourselves has to fit.
 */
export function cutTexts(lines: readonly string[], catalogue: object): string[] {
	const texts = textsOf(catalogue);
	// A row of a list has the column of its cursor; what it has no room for is said of the selected one.
	const isRow = (line: string) => /^[❯ ] /.test(line);
	return lines.filter(
		(line) =>
			!isRow(line) &&
			[...line.matchAll(/…/g)].some(({ index }) => {
				const before = line.slice(Math.max(0, index - enough), index);
				if (before.length < enough || line.slice(0, index).endsWith(" ")) return false;
				// The mark may be the text's own.
				if (texts.some((text) => text.includes(`${before}…`))) return false;
				return texts.some((text) => {
					const at = text.indexOf(before);
					// Behind it more would have come.
					return at >= 0 && at + enough < text.length;
				});
			}),
	);
}

/** All that is said, cut where values are put in. */
function textsOf(value: unknown): string[] {
	if (typeof value === "string") return value.split(/\{[^}]*\}/);
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
