import { printable } from "./path/quote.ts";

/**
 * How many of these characters a text ends in. A pattern such as `/x+$/` looks at a run of them from each of its places anew, which takes the square of
 * its length where it does not stand at the end.
 */
export function trailing(text: string, characters: string): number {
	let at = text.length;
	while (at > 0 && characters.includes(text.charAt(at - 1))) at--;
	return text.length - at;
}

export function withoutTrailing(text: string, characters: string): string {
	return text.slice(0, text.length - trailing(text, characters));
}

/** SGR, ECMA-48 8.3.117: colours and the like. It carries no text. */
const esc = "\x1b";
const colour = new RegExp(`${esc}\\[[0-9;:]{0,64}m`, "g");

/** What may be the beginning of a colour or of a line's end. Longer than any of them it is neither. */
const unfinished = new RegExp(`(?:${esc}(?:\\[[0-9;:]{0,64})?|\\r)$`);

/**
 * Output of an application as a terminal may show it: text, line ends and tabs. Anything that could steer a terminal (escape sequences, controls)
 * or mislead an eye (bidi controls) is shown escaped. Colours are left out, because a colour can hide text on a background of its own. So is a
 * carriage return before a line feed; any other is shown, because what follows it would cover the line.
 */
export class TerminalText {
	#rest = "";

	/** Any piece of the output; sequences may be cut anywhere. Returns what can be shown by now. */
	push(text: string): string {
		const all = this.#rest + text;
		const at = unfinished.exec(all)?.index ?? all.length;
		this.#rest = all.slice(at);
		return shown(all.slice(0, at));
	}

	/** The output is over. Returns what is left to show. */
	end(): string {
		const rest = this.#rest;
		this.#rest = "";
		return shown(rest);
	}
}

function shown(text: string): string {
	return text
		.replace(colour, "")
		.replaceAll("\r\n", "\n")
		.split(/([\n\t])/)
		.map((piece, index) => (index % 2 ? piece : printable(piece)))
		.join("");
}
