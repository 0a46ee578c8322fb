import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	ancestors,
	baseName,
	clean,
	isWithin,
	join,
	normalise,
	type Path,
	parent,
	pathFromBytes,
	pathFromJson,
	pathFromText,
	pathToBytes,
	pathToJson,
	pathToText,
	resolvePath,
	root,
} from "../../../src/base/path/path.ts";
import {
	printable,
	printableJson,
	quoteCommand,
	quoteShell,
	quoteShellBytes,
	quoteShellLine,
	showPath,
} from "../../../src/base/path/quote.ts";

/** Any valid file name: bytes except NUL and slash. */
const name = fc
	.uint8Array({ minLength: 1, maxLength: 12 })
	.map((bytes) => pathFromBytes(bytes.map((byte) => (byte === 0 || byte === 47 ? 120 : byte))));
const path = fc.array(name, { maxLength: 5 }).map((names) => `/${names.join("/")}` as Path);

describe("paths are bytes", () => {
	test("any bytes survive conversion, also through JSON", () => {
		fc.assert(
			fc.property(path, (made) => {
				expect(pathFromBytes(pathToBytes(made))).toBe(made);
				expect(pathFromJson(JSON.parse(JSON.stringify(pathToJson(made))))).toBe(made);
			}),
		);
	});
	test("any text survives conversion, including a byte order mark", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (text) => {
				expect(pathToText(pathFromText(text))).toBe(text);
				expect(pathToJson(pathFromText(text))).toBe(text);
			}),
		);
		expect(pathToText(pathFromText("/\ufeffa"))).toBe("/\ufeffa");
	});
	test("paths sort and compare like their bytes", () => {
		fc.assert(
			fc.property(path, path, (a, b) => {
				expect(Math.sign(Buffer.compare(pathToBytes(a), pathToBytes(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
			}),
		);
	});
	test.each([
		["a byte alone", [0xff]],
		["half a character", [0xc3]],
		["a character spelt too long", [0xc0, 0xaf]],
		["half of a surrogate pair", [0xed, 0xa0, 0x80]],
		["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
	])("%s is no text, and base64 in JSON", (_, bytes) => {
		const made = pathFromBytes(Uint8Array.from([47, ...bytes]));
		expect(pathToText(made)).toBeUndefined();
		expect(pathToJson(made)).toEqual({ base64: Buffer.from([47, ...bytes]).toString("base64") });
	});
	test("a view into a larger buffer returns only its own bytes", () => {
		expect(pathFromBytes(new Uint8Array(Buffer.from("xx/abyy")).subarray(2, 5))).toBe("/ab");
	});
});

describe("clean and normalise", () => {
	test.each([
		["/", "/", "/"],
		["//", "/", "/"],
		["/a/", "/a", "/a"],
		["/a//b/./c/.", "/a/b/c", "/a/b/c"],
		["/a/../b", "/a/../b", "/b"],
		["/../..", "/../..", "/"],
		["/a/..", "/a/..", "/"],
		["/.a/..b/c..", "/.a/..b/c..", "/.a/..b/c.."],
		["/...", "/...", "/..."],
	])("%s", (given, cleaned, normal) => expect([clean(given as Path), normalise(given as Path)]).toEqual([cleaned, normal]));
	test("a second call changes nothing, and no path climbs above the root", () => {
		const any = fc
			.array(fc.constantFrom("a", "..", ".", "", "b"), { maxLength: 8 })
			.map((parts) => `/${parts.join("/")}` as Path);
		fc.assert(
			fc.property(any, (given) => {
				expect(clean(clean(given))).toBe(clean(given));
				expect(normalise(clean(given))).toBe(normalise(given));
				expect(normalise(given)).toMatch(/^\/((?!\.\.?(\/|$))[^/]+(\/(?!\.\.?(\/|$))[^/]+)*)?$/);
			}),
		);
	});
	test("a name is resolved against a directory, unless it is absolute", () => {
		expect(resolvePath("/a" as Path, "b/./c" as Path)).toBe("/a/b/c");
		expect(resolvePath("/a" as Path, "../b" as Path)).toBe("/a/../b");
		expect(resolvePath("/a" as Path, "/b/" as Path)).toBe("/b");
		expect(resolvePath(root, "." as Path)).toBe("/");
	});
});

describe("parts", () => {
	test("a path consists of its parent and its name", () => {
		fc.assert(
			fc.property(path, name, (directory, last) => {
				const whole = join(directory, last);
				expect([parent(whole), baseName(whole)]).toEqual([directory, last]);
				expect(ancestors(whole)).toEqual(directory === "/" ? [] : [...ancestors(directory), directory]);
				expect(isWithin(whole, directory)).toBe(true);
				expect(isWithin(directory, whole)).toBe(false);
			}),
		);
		expect([parent(root), ancestors(root)]).toEqual([root, []]);
	});
	test("a directory contains no path that only begins like it", () => {
		expect(isWithin("/a/b" as Path, "/a" as Path)).toBe(true);
		expect(isWithin("/a" as Path, "/a" as Path)).toBe(true);
		expect(isWithin("/ab" as Path, "/a" as Path)).toBe(false);
		expect(isWithin("/x" as Path, root)).toBe(true);
	});
});

/** Returns the words of a line as a real shell parses them, byte for byte. */
function splitByShell(line: string): string[] {
	const script = Buffer.from(`printf '%s\\0' ${line}\n`, "latin1");
	return execFileSync("sh", ["-s"], { input: script, encoding: "latin1" }).split("\0").slice(0, -1);
}

describe("quoting for a shell", () => {
	test.each([
		["plain", "plain"],
		["/usr/bin/app", "/usr/bin/app"],
		["K=v,w:x@y%z+1", "K=v,w:x@y%z+1"],
		["", "''"],
		["a b", "'a b'"],
		["it's", "'it'\\''s'"],
		["~", "'~'"],
		["$HOME", "'$HOME'"],
		["a\n", "'a\n'"],
		["#", "'#'"],
		["!", "'!'"],
		["\x1b[2J", `''"$(printf '\\033')"'[2J'`],
		["a\r\x7fb\n", `'a'"$(printf '\\015\\177')"'b\n'`],
	])("%j is %j", (word, quoted) => expect(quoteShell(word)).toBe(quoted));

	test.each([
		["a letter", "é€", "'é€'"],
		["a control of one byte in UTF-8", "a\u009bb", `'a'"$(printf '\\302\\233')"'b'`],
		["marks that turn text around", "a\u202eb", `'a'"$(printf '\\342\\200\\256')"'b'`],
		["an invisible hyphen", "\u00ad", `''"$(printf '\\302\\255')"''`],
	])("%s in a command that is shown", (_, text, quoted) => expect(quoteCommand([text])).toBe(quoted));

	test("a real sh returns every byte, and sees none that a terminal would obey", () => {
		const word = fc.uint8Array({ maxLength: 20 }).map((bytes) => pathFromBytes(bytes.map((byte) => byte || 1)));
		const text = fc.string({ unit: "binary", maxLength: 20 }).map((one) => pathFromText(one.replaceAll("\0", "")));
		fc.assert(
			fc.property(fc.array(fc.oneof(word, text), { minLength: 1, maxLength: 200 }), (words) => {
				const line = words.map(quoteShellBytes).join(" ");
				expect(splitByShell(line)).toEqual(words);
				expect(pathToText(line as Path)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
			}),
			{ numRuns: 30 },
		);
	});

	test("a real sh returns every word unchanged", () => {
		const hostile = [
			"a b",
			"it's",
			"''",
			"'",
			'"',
			"\\",
			"\n",
			"\r",
			"$(id)",
			"`id`",
			"$HOME",
			"*",
			"?",
			"~root",
			";",
			"&",
			"|",
			">x",
			"#x",
			"-n",
			"\x1b[2J",
			"\xff\xfe",
			"é",
			"",
			"\t",
			"{a,b}",
			"[a]",
			"!!",
			"a=b",
			"%s",
			"\\0",
			"'\\''",
		];
		expect(splitByShell(quoteShellLine(hostile))).toEqual(hostile);
		const word = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString("latin1"));
		fc.assert(
			fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), (words) => {
				expect(splitByShell(quoteShellLine(words))).toEqual(words);
			}),
			{ numRuns: 30 },
		);
	});
});

describe("text that is shown", () => {
	test.each<[string, string, string]>([
		["an escape sequence", "\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"],
		["an escape sequence of one byte", "\x9b2J", "\\x9b2J"],
		["lines and tabs", "a\nb\tc\r", "a\\nb\\tc\\x0d"],
		["backspaces", "rm\b\bls", "rm\\x08\\x08ls"],
		["DEL and NUL", "\x7f\0", "\\x7f\\x00"],
		["marks that turn text around", "a\u202egnp.exe\u2066x\u200f", "a\\u{202e}gnp.exe\\u{2066}x\\u{200f}"],
		["marks without width", "pass\u200bwd\u2060\ufeff\u00ad", "pass\\u{200b}wd\\u{2060}\\u{feff}\\xad"],
		["separators of lines and paragraphs", "a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
		["tags", "a\u{e0041}", "a\\u{e0041}"],
		["letters that look like nothing", "a\u3164\u115f\uffa0\u034f", "a\\u{3164}\\u{115f}\\u{ffa0}\\u{34f}"],
		["selectors of other shapes", "a\ufe0f\u180b\u{e0100}", "a\\u{fe0f}\\u{180b}\\u{e0100}"],
	])("%s cannot control a terminal or mislead the reader", (_, text, shown) => expect(printable(text)).toBe(shown));

	test("ordinary text stays unchanged", () => {
		for (const text of ["Größe", "日本語", "עברית", "العربية", "हिन्दी", "é", "a b\u00a0c", "🦊", "/usr/lib/a+b@c.so"]) {
			expect(printable(text)).toBe(text);
		}
	});
	test("the result contains no character that needs escaping", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
				expect(printable(printable(text))).toBe(printable(text));
			}),
		);
	});
	test("JSON keeps its meaning and contains no such character either", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expect(printableJson(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
				expect(JSON.parse(printableJson({ text: [text] }, 2))).toEqual({ text: [text] });
			}),
		);
		expect(printableJson({ a: "\u009b\u{e0041}" }, 2)).toBe('{\n  "a": "\\u009b\\udb40\\udc41"\n}');
	});
	test("a path that is no text shows each byte", () => {
		expect(showPath(pathFromBytes(Buffer.from("/a\xff\x1b\né", "latin1")))).toBe("/a\\xff\\x1b\\x0a\\xe9");
		expect(showPath(pathFromText("/é\n\u202e"))).toBe("/é\\n\\u{202e}");
	});
});
