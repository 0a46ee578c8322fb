import { Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { TerminalText } from "../../core/text.ts";

/** Between an application and our terminal: see `TerminalText`. Bytes that are not UTF-8 become U+FFFD. */
export function terminalOutput(): Transform {
	const decoder = new StringDecoder("utf8");
	const text = new TerminalText();
	// A terminal of 8-bit characters takes the bytes of an encoded letter for control characters.
	const encode = isUnicode() ? (shown: string) => shown : escapeWide;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			done(null, encode(text.push(decoder.write(chunk))));
		},
		flush(done) {
			done(null, encode(text.push(decoder.end()) + text.end()));
		},
	});
}

/** locale(7): the first of these that is set and not empty. A terminal without any is one of today. */
function isUnicode(): boolean {
	const { LANG, LC_ALL, LC_CTYPE } = process.env;
	return /UTF-?8/i.test(LC_ALL || LC_CTYPE || LANG || "UTF-8");
}

function escapeWide(text: string): string {
	return text.replace(/\P{ASCII}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
