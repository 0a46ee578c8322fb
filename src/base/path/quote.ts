import { type Path, pathFromText, pathToBytes, pathToText } from "./path.ts";

/**
 * Characters that must never reach a terminal unescaped: controls, line and paragraph separators, and characters that reorder
 * or hide text, such as bidi controls, zero-width marks, tags and everything ignorable by default (Unicode TR36 and TR55).
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Escapes characters that could control a terminal or mislead the reader. */
export function printable(text: string): string {
	return text.replace(unprintable, (character) => {
		const code = character.codePointAt(0) ?? 0;
		if (character === "\n") return "\\n";
		if (character === "\t") return "\\t";
		return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
	});
}

/** Returns JSON in which the same characters are escaped. Its meaning stays the same. */
export function printableJson(value: unknown, indent?: number): string {
	const units = (character: string) =>
		[...Array(character.length).keys()].map((at) => character.charCodeAt(at).toString(16).padStart(4, "0"));
	return JSON.stringify(value, null, indent).replace(unprintable, (character) =>
		// JSON.stringify itself writes only this one, between two lines.
		character === "\n"
			? character
			: units(character)
					.map((unit) => `\\u${unit}`)
					.join(""),
	);
}

/** Returns a path for display: printable, with bytes that are not UTF-8 as `\xNN`. */
export function showPath(path: Path): string {
	const text = pathToText(path);
	if (text !== undefined) return printable(text);
	let shown = "";
	for (const byte of pathToBytes(path)) {
		shown += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
	}
	return shown;
}

/** Excludes U+0080 to U+009F, because those are bytes of a name in a `Path`. */
const controls = /(?:(?![\n\t\u0080-\u009f])\p{Cc})+/gu;
/** A character that is not ASCII as its UTF-8 bytes, or a byte alone. */
const notAscii = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g;

/**
 * Quotes one word of a POSIX shell command line (XCU 2.2.2: single quotes preserve everything but the quote). printf(1)
 * produces control characters, because people read such lines on a terminal.
 */
export function quoteShell(word: string): string {
	return quoteWord(word).replace(controls, (text) => printed(text as Path));
}

/**
 * Quotes bytes for a line that a terminal may show: printf(1) produces everything that is not printable UTF-8, except newlines, which
 * a shell removes from the end of its output.
 */
export function quoteShellBytes(bytes: Path): string {
	const quoted = quoteShell(bytes).replace(/\t+/g, (tabs) => printed(tabs as Path));
	return quoted.replace(notAscii, (character) => {
		const text = pathToText(character as Path);
		return text === undefined || printable(text) !== text ? printed(character as Path) : character;
	});
}

/** Ends the quotes of a word around the output of printf(1). */
function printed(bytes: Path): string {
	const octal = [...pathToBytes(bytes)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
	return `'"$(printf '${octal}')"'`;
}

/** Quotes a word without printf(1), for lines that no shell reads. */
export function quoteWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function quoteShellLine(words: readonly string[]): string {
	return words.map(quoteShell).join(" ");
}

/** Returns a command line of texts that is shown and can be pasted. */
export function quoteCommand(words: readonly string[]): string {
	return pathToText(words.map((word) => quoteShellBytes(pathFromText(word))).join(" ") as Path) ?? "";
}

/** Returns a glob that matches only this path. */
export function escapeGlob(text: string): string {
	return text.replace(/[\\*?[\]{}()]/g, "\\$&");
}
