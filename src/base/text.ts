import { printable } from "./path/quote.ts";

/**
 * Returns how many of these characters the text ends with. A pattern such as `/x+$/` would take quadratic time, because it
 * scans a run of them again from each of its positions.
 */
export function trailing(text: string, characters: string): number {
	let at = text.length;
	while (at > 0 && characters.includes(text.charAt(at - 1))) at--;
	return text.length - at;
}

export function withoutTrailing(text: string, characters: string): string {
	return text.slice(0, text.length - trailing(text, characters));
}

/** A file's mode as `0644`. */
export function octal(mode: number): string {
	return mode.toString(8).padStart(4, "0");
}

/** SGR sequences (ECMA-48 8.3.117), such as colours. They carry no text. */
const esc = "\x1b";
const colour = new RegExp(`${esc}\\[[0-9;:]{0,64}m`, "g");

export function withoutColours(text: string): string {
	return text.replace(colour, "");
}

/** Matches the possible beginning of a colour or line end. Anything longer is neither. */
const unfinished = new RegExp(`(?:${esc}(?:\\[[0-9;:]{0,64})?|\\r)$`);

/**
 * Makes an application's output safe for a terminal: text, line ends and tabs remain. Sequences that could control the terminal
 * and characters that could mislead the reader (bidi controls) are escaped. Colours are removed, because a colour can hide text
 * on its own background. So is a carriage return before a line feed; any other is escaped, because the following text would
 * cover the line.
 */
export class TerminalText {
	#rest = "";

	/** Takes a chunk of output, which may end within a sequence, and returns the text that can be shown so far. */
	push(text: string): string {
		const all = this.#rest + text;
		const at = unfinished.exec(all)?.index ?? all.length;
		this.#rest = all.slice(at);
		return shown(all.slice(0, at));
	}

	/** Ends the output and returns the remaining text. */
	end(): string {
		const rest = this.#rest;
		this.#rest = "";
		return shown(rest);
	}
}

function shown(text: string): string {
	return withoutColours(text)
		.replaceAll("\r\n", "\n")
		.split(/([\n\t])/)
		.map((piece, index) => (index % 2 ? piece : printable(piece)))
		.join("");
}
