import { asciiText } from "../messages/ascii.ts";

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
