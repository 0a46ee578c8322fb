import { writeSync } from "node:fs";
import { Failure } from "../../src/base/failure.ts";
import { isLong, times } from "../long.ts";
import { generator } from "../system/random.ts";
import { type Parser, parsers } from "./parsers.ts";

/**
 * Feeds malformed texts to parsers, always the same texts for one seed. Prints each text's description before trying it, so that the
 * last line names a text that hangs.
 */

const small = times(200, 2000);
/** Long enough that a parser with quadratic time or memory does not finish. */
const longBytes = 256 * 1024;
const awkward = [
	"\0",
	"\n",
	"\r",
	"\t",
	" ",
	"\\",
	'"',
	"'",
	"`",
	"/",
	"//",
	"../",
	":",
	";",
	",",
	"=",
	"#",
	"%",
	"$",
	"(",
	")",
	"[",
	"]",
	"{",
	"}",
	"<",
	">",
	"*",
	"-",
	"~",
	"|",
	"&",
	"\xff",
	"\xc3",
	"\x1b[2J",
	"${",
	"$(",
	"${A:-",
	"\\f[",
	"\\(",
	"\\[",
	"\\\n",
	"a/",
	"/a",
	"'\"",
	'"\\',
	"[[",
	"{{",
	'{"a":',
	"[{",
	"exec ",
	"; exec ",
	"\n\n",
	" \n",
	"a a",
	"%i",
	"0",
	"9999999999999999999",
	"-1",
	"é",
	"\u202e".normalize(),
	"A=",
	"[Service]\n",
	"\n ",
].map((text) => Buffer.from(text).toString("latin1"));

const [seed = "0", ...names] = process.argv.slice(2);
for (const name of names) {
	const parser = parsers[name];
	if (!parser) throw new Error(`no parser ${name}`);
	tryParser(name, parser);
}

function tryParser(name: string, { parse, samples }: Parser): void {
	const random = generator(Number(seed));
	const below = (most: number) => Math.floor(random() * most);
	const one = <T>(from: readonly T[]): T => from[below(from.length)] as T;

	function tryWith(what: string, text: string): void {
		writeSync(1, `${name}: ${what}\n`);
		try {
			parse(text);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
		}
	}

	/** Returns a good text with one or several small errors. */
	function damaged(): string {
		let text = one(samples);
		for (let times = 1 + below(5); times > 0; times--) {
			const [at, length] = [below(text.length + 1), below(40)];
			const [before, after] = [text.slice(0, at), text.slice(at)];
			text = one([
				() => before + one(awkward) + after,
				() => before + one(awkward) + after.slice(1),
				() => before + after.slice(length),
				() => before,
				() => before + after.slice(0, length).repeat(2 + below(3)) + after,
				() => before + String.fromCharCode(below(256)) + after.slice(1),
				() => before + one(samples) + after,
			])();
		}
		return text;
	}

	for (const [index, sample] of samples.entries()) tryWith(`sample ${index}`, sample);
	for (let number = 0; number < small; number++) tryWith(`damaged ${number}`, damaged());
	const [sample = ""] = samples;
	// Parsers share their loops, so every third awkward text suffices for each. `npm run test:long` tries all.
	const isTried = (_: string, index: number) => isLong || (index + name.length) % 3 === 0;
	const middle = Math.floor(sample.length / 2);
	const long = (part: string) => part.repeat(Math.ceil(longBytes / Math.max(1, part.length)));
	for (const part of awkward.filter(isTried)) {
		tryWith(`much of ${JSON.stringify(part)} within`, sample.slice(0, middle) + long(part) + sample.slice(middle));
	}
	for (const part of [...samples, ...samples.flatMap((text) => text.split(/(?<=\n)/)).slice(0, 12)]) {
		tryWith(`much of ${JSON.stringify(part.slice(0, 40))}`, long(part));
	}
}
