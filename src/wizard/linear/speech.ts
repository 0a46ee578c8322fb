import { asciiMarks, asciiText } from "../../messages/ascii.ts";
import type { Look } from "../look.ts";

/** The number beside it says the same. */
const bar = /(?<=^|\s)[#.]{4,}(?=\s)/;
/** The current tab, in a line of only names and numbers. */
const tabs = /(?<=^[\p{L}\d.,/ ]*)\[([\p{L}][^[\]]*)\](?=[\p{L}\d.,/ ]*$)/u;

/** A row of a screen for a screen reader: marks, arrows and columns become words. */
export function speech(line: string, { ascii, messages }: Pick<Look, "ascii" | "messages">): string {
	const words = messages.wizard.linear;
	const marks: readonly (readonly [string, string])[] = Object.entries(words.marks);
	let said = asciiMarks(line.trimEnd());
	// The menu says what Enter does, so a button is redundant.
	if (/^\W*\[ .* \]$/.test(said)) return "";
	said = said
		.replace(/^(\d+\.) +/, "$1 ")
		.replace(bar, "")
		.replace(tabs, `${words.selected} $1`)
		.replace(/^(\d+\. )? *> +/, `$1${words.selected} `)
		.replace(new RegExp(`^(\\d+\\. )?(${words.selected} )? *! +`), `$1$2${words.attention} `)
		.replace(
			new RegExp(`^(\\d+\\. )?(${words.selected} )? *([-+]) (?=\\[)`),
			(_, number = "", chosen = "", sign) => `${number}${chosen}${sign === "+" ? words.folded : words.unfolded} `,
		);
	for (const [mark, word] of marks) said = said.replace(mark, word);
	said = said
		.replaceAll(" -> ", ` ${words.leadsTo} `)
		.replace(/^-> /, `${words.leadsTo} `)
		.replaceAll(" · ", ", ")
		.replace(/[\u2502\u2500]/g, " ")
		.trim()
		.replace(/(:) {2,}/g, "$1 ")
		.replace(/^((?:\d+\. )?(?:\S+: )+)[-+] /, "$1")
		.replace(/ {2,}/g, ", ");
	return ascii ? asciiText(said) : said;
}
