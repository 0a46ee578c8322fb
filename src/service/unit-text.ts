import { trailing } from "../base/text.ts";
import { credentialsDirectory } from "./service-settings.ts";

/** Reads lines, sections and words of unit files like systemd.syntax(7) and systemd's conf-parser.c. */

export interface Assignment {
	readonly section: string;
	readonly name: string;
	/** Without surrounding blanks; continuation lines joined by a space. */
	readonly value: string;
	/** Line where it ends, from 1. */
	readonly line: number;
}

interface UnitText {
	readonly assignments: readonly Assignment[];
	/** Number of lines that systemd ignores with a warning. */
	readonly skipped: number;
}

/** `\0`, LF, CR, CR LF and LF CR each end a line (read_line() in systemd). */
const lineEnd = /\r\n|\n\r|\n|\r|\0/;

export function parseUnitText(text: string): UnitText {
	const assignments: Assignment[] = [];
	let skipped = 0;
	let section: string | undefined;
	/** Parts of a continued value. */
	let continued: string[] = [];
	const lines = text.replace(/^\ufeff/, "").split(lineEnd);

	const take = (whole: string, line: number) => {
		const content = whole.trim();
		if (content === "") return;
		if (content.startsWith("[")) {
			if (content.endsWith("]")) section = content.slice(1, -1);
			else skipped++;
			return;
		}
		const equals = content.indexOf("=");
		if (section === undefined || equals <= 0) skipped++;
		else assignments.push({ section, name: content.slice(0, equals).trim(), value: content.slice(equals + 1).trim(), line });
	};

	for (const [index, raw] of lines.entries()) {
		const content = raw.replace(/^[ \t]+/, "");
		// A comment inside a continued value is ignored and does not end it.
		if (content.startsWith("#") || content.startsWith(";")) continue;
		if (trailing(content, "\\") % 2 === 1) {
			continued.push(`${content.slice(0, -1)} `);
			continue;
		}
		take(continued.join("") + content, index + 1);
		continued = [];
	}
	if (continued.length) take(continued.join(""), lines.length);
	return { assignments, skipped };
}

/** Splits a value into words; undefined for an unclosed quote, whose assignment systemd ignores. */
export function splitWords(value: string): readonly string[] | undefined {
	return splitRawWords(value)?.map((word) => word.text);
}

/** A word with its source, because only a bare `;` separates commands (systemd.service(5), COMMAND LINES). */
interface Word {
	readonly text: string;
	readonly source: string;
}

/**
 * Splits like systemd's extract_first_word() with EXTRACT_UNQUOTE and EXTRACT_CUNESCAPE: both kinds of quotes anywhere, C
 * escapes inside and outside of them. Unknown escapes keep their backslash.
 */
export function splitRawWords(value: string): readonly Word[] | undefined {
	// Escapes are bytes, so the text is processed as latin1 and decoded at the end.
	const bytes = Buffer.from(value, "utf8").toString("latin1");
	const words: Word[] = [];
	let word: string | undefined;
	let quote = "";
	let start = 0;
	const decode = (latin: string) => Buffer.from(latin, "latin1").toString("utf8");
	const finish = (end: number) => {
		if (word !== undefined) words.push({ text: decode(word), source: decode(bytes.slice(start, end)) });
		word = undefined;
	};
	let at = 0;
	while (at < bytes.length) {
		const character = bytes.charAt(at);
		const blank = character === " " || character === "\t" || character === "\n" || character === "\r";
		if (quote === "" && blank) {
			finish(at);
			at += 1;
			continue;
		}
		if (word === undefined) start = at;
		word ??= "";
		if (character === "\\") {
			const unescaped = unescapeAt(bytes, at);
			word += unescaped.text;
			at = unescaped.end;
		} else if (quote === "" ? character === "'" || character === '"' : character === quote) {
			quote = quote === "" ? character : "";
			at += 1;
		} else {
			word += character;
			at += 1;
		}
	}
	if (quote !== "") return undefined;
	finish(bytes.length);
	return words;
}

const simpleEscapes: Readonly<Record<string, string>> = {
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	"\\": "\\",
	'"': '"',
	"'": "'",
	s: " ",
};
const numericEscape = /^(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

/** Reads the escape at the backslash at `at`; the result is latin1. */
function unescapeAt(bytes: string, at: number): { readonly text: string; readonly end: number } {
	const next = bytes.charAt(at + 1);
	const simple = Object.hasOwn(simpleEscapes, next) ? simpleEscapes[next] : undefined;
	if (simple !== undefined) return { text: simple, end: at + 2 };
	const match = numericEscape.exec(bytes.slice(at + 1, at + 10));
	if (match !== null) {
		const [all, hex, octal, short, long] = match;
		const byte = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined;
		const code = byte ?? Number.parseInt(short ?? long ?? "0", 16);
		const scalar = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
		// systemd also rejects NUL and invalid characters, which stay verbatim.
		if (scalar) {
			const text = byte !== undefined ? String.fromCharCode(byte) : Buffer.from(String.fromCodePoint(code)).toString("latin1");
			return { text, end: at + 1 + all.length };
		}
	}
	// The backslash stays, and the next character is text, even a quote or a blank.
	return { text: `\\${next}`, end: at + 1 + Math.max(1, next.length) };
}

/** Reads C escapes as `splitRawWords` does, but neither quotes nor blanks. */
export function unescapeText(value: string): Buffer {
	const bytes = Buffer.from(value, "utf8").toString("latin1");
	let text = "";
	for (let at = 0; at < bytes.length; ) {
		const { end, text: next } = bytes[at] === "\\" ? unescapeAt(bytes, at) : { end: at + 1, text: bytes.charAt(at) };
		text += next;
		at = end;
	}
	return Buffer.from(text, "latin1");
}

/** The parts of a unit's name, for the specifiers of system units (systemd.unit(5), SPECIFIERS). */
export interface UnitName {
	/** `redis-server@main.service` */
	readonly full: string;
	/** `redis-server` */
	readonly prefix: string;
	/** `main`; "" if there is none. */
	readonly instance: string;
	/** `service` */
	readonly type: string;
	/** `NAME@.service`, which needs an instance to start. */
	readonly template: boolean;
}

export function parseUnitName(full: string): UnitName {
	const dot = full.lastIndexOf(".");
	const stem = dot < 0 ? full : full.slice(0, dot);
	const type = dot < 0 ? "" : full.slice(dot + 1);
	const at = stem.indexOf("@");
	if (at < 0) return { full, prefix: stem, instance: "", type, template: false };
	return { full, prefix: stem.slice(0, at), instance: stem.slice(at + 1), type, template: at === stem.length - 1 };
}

/** Values by letter: H (host name), m (machine id), b (boot id), v (kernel), a (architecture), o, w … */
export type MachineSpecifiers = Readonly<Record<string, string>>;

/** Specifiers with unknown values stay verbatim. */
export function expandSpecifiers(text: string, unit: UnitName, machine: MachineSpecifiers = {}): string {
	return text.replace(/%([A-Za-z%])/g, (all, letter: string) => {
		if (letter === "%") return "%";
		return specifierValue(letter, unit) ?? (Object.hasOwn(machine, letter) ? machine[letter] : undefined) ?? all;
	});
}

/** Replaces the specifiers that depend on the unit's name, for a copy under another name. */
export function expandNameSpecifiers(text: string, unit: UnitName): string {
	return text.replace(/%([A-Za-z%])/g, (all, letter: string) =>
		"nNpPiIjJf".includes(letter) ? (specifierValue(letter, unit)?.replaceAll("%", "%%") ?? all) : all,
	);
}

function specifierValue(letter: string, unit: UnitName): string | undefined {
	// A template has no instance yet, so these stay verbatim.
	if (unit.template && "iIf".includes(letter)) return undefined;
	return Object.hasOwn(specifiers, letter) ? specifiers[letter]?.(unit) : undefined;
}

const lastPart = ({ prefix }: UnitName) => prefix.slice(prefix.lastIndexOf("-") + 1);

const specifiers: Readonly<Record<string, (unit: UnitName) => string>> = {
	n: ({ full }) => full,
	N: ({ full, type }) => (type === "" ? full : full.slice(0, -type.length - 1)),
	p: ({ prefix }) => prefix,
	P: ({ prefix }) => unescapeUnitName(prefix),
	i: ({ instance }) => instance,
	I: ({ instance }) => unescapeUnitName(instance),
	j: lastPart,
	J: (unit) => unescapeUnitName(lastPart(unit)),
	f({ instance, prefix }) {
		const path = unescapeUnitName(instance === "" ? prefix : instance);
		return path.startsWith("/") ? path : `/${path}`;
	},
	d: () => credentialsDirectory,
	t: () => "/run",
	S: () => "/var/lib",
	C: () => "/var/cache",
	L: () => "/var/log",
	E: () => "/etc",
	T: () => "/tmp",
	V: () => "/var/tmp",
	// These describe the service manager's account, root, not User= (systemd.unit(5)).
	u: () => "root",
	g: () => "root",
	U: () => "0",
	G: () => "0",
	h: () => "/root",
	s: () => "/bin/sh",
};

/** Reverses systemd-escape(1): `-` is a slash, `\xNN` a byte. */
export function unescapeUnitName(text: string): string {
	const bytes = Buffer.from(text, "utf8").toString("latin1");
	const plain = bytes.replace(/-|\\x([0-9a-fA-F]{2})/g, (_, hex?: string) =>
		hex === undefined ? "/" : String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(plain, "latin1").toString("utf8");
}

/** FHS 3.0, 3.15 and 5.13: these directories moved, and the old names may be links. */
export function presentName(path: string): string {
	return path.replace(/^\/var\/run(?=\/)/, "/run").replace(/^\/var\/lock(?=\/)/, "/run/lock");
}
