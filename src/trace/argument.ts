import type { Path } from "../base/path/path.ts";

/** Parses single arguments as strace prints them, one character per byte. */

/** Returns a copy. V8 slices share memory with their source, so that a kept slice would keep a whole chunk of the stream. */
export function own<T extends string>(text: T): T {
	return Buffer.from(text, "latin1").toString("latin1") as T;
}

const simpleEscapes: Readonly<Record<string, string>> = {
	n: "\n",
	t: "\t",
	r: "\r",
	v: "\v",
	f: "\f",
	a: "\x07",
	b: "\b",
	e: "\x1b",
};

function isOctal(code: number): boolean {
	return code >= 48 && code <= 55;
}

/** Reverses C quoting: `\n`, `\"`, `\\`, one to three octal digits, `\xNN`. */
export function unescapeC(text: string): string {
	let slash = text.indexOf("\\");
	if (slash < 0) return text;
	let plain = "";
	let from = 0;
	while (slash >= 0) {
		plain += text.slice(from, slash);
		const next = text[slash + 1] ?? "";
		let end = slash + 2;
		if (isOctal(next.charCodeAt(0))) {
			while (end < slash + 4 && isOctal(text.charCodeAt(end))) end++;
			plain += String.fromCharCode(Number.parseInt(text.slice(slash + 1, end), 8) & 0xff);
		} else if (next === "x" && /^[0-9a-fA-F]{2}$/.test(text.slice(slash + 2, slash + 4))) {
			end = slash + 4;
			plain += String.fromCharCode(Number.parseInt(text.slice(slash + 2, end), 16));
		} else {
			plain += simpleEscapes[next] ?? next;
		}
		from = end;
		slash = text.indexOf("\\", end);
	}
	return plain + text.slice(from);
}

/** Returns the bytes of a quoted string; undefined for an address, NULL and a string that strace cut (`"…"...`). */
export function stringOf(argument: string | undefined): string | undefined {
	if (argument === undefined || argument.length < 2 || argument.charCodeAt(0) !== 34) return undefined;
	if (argument.charCodeAt(argument.length - 1) !== 34) return undefined;
	return unescapeC(argument.slice(1, -1));
}

/** Returns the unescaped text between the angle brackets of `3</path>`, `AT_FDCWD</path>`, `4<socket:[17]>`. */
export function descriptorLabel(argument: string | undefined): string | undefined {
	if (argument === undefined) return undefined;
	const open = argument.indexOf("<");
	if (open < 0) return undefined;
	// A `>` in a name is escaped as \76, so the first one ends it.
	const close = argument.indexOf(">", open);
	return close < 0 ? undefined : unescapeC(argument.slice(open + 1, close));
}

/**
 * Returns a descriptor's path; undefined for sockets, pipes and others without one, and for a deleted file, because another file
 * may have its name.
 */
export function descriptorPath(argument: string | undefined): Path | undefined {
	if (argument?.endsWith(">(deleted)")) return undefined;
	const label = descriptorLabel(argument);
	return label !== undefined && label.charCodeAt(0) === 47 && !label.startsWith("/memfd:") ? (label as Path) : undefined;
}

/** Parses a number as strace writes it: `33`, `-1`, `0x1f`, `0644`, `4*1024`, `RLIM64_INFINITY`. Ignores a comment behind it. */
export function numberOf(argument: string | undefined): number | undefined {
	if (argument === undefined) return undefined;
	const match = /^(?:(-?)(0x[0-9a-f]+|[0-9]+)(?:\*([0-9]+))?|(RLIM(?:64)?_INFINITY))(?![0-9A-Za-z_])/.exec(argument);
	if (!match) return undefined;
	if (match[4]) return Number.POSITIVE_INFINITY;
	const digits = match[2] ?? "";
	const octal = /^0[0-7]+$/.test(digits);
	const value = octal ? Number.parseInt(digits, 8) : Number(digits);
	return (match[1] ? -value : value) * (match[3] ? Number(match[3]) : 1);
}

/** Parses a user or group id. Returns undefined for -1, which means "unchanged", also in its unsigned form. */
export function idOf(argument: string | undefined): number | undefined {
	const id = numberOf(argument);
	return id === undefined || id < 0 || id >= 0xffff_ffff ? undefined : id;
}

/**
 * Parses a process id in strace's own namespace, which `--decode-pids=pidns` adds in a comment if it differs (`3227 in strace's
 * PID NS`).
 */
export function pidOf(argument: string | undefined): number | undefined {
	if (argument === undefined) return undefined;
	const outer = /\/\* ([0-9]+) in strace's PID NS \*\//.exec(argument);
	return outer ? Number(outer[1]) : numberOf(argument);
}

/**
 * Returns one field of a printed structure, e.g. `sin_port` of `{sa_family=AF_INET, sin_port=htons(80), …}`. Never looks inside
 * strings.
 */
export function fieldOf(structure: string, name: string): string | undefined {
	return fieldsOf(structure, name).next().value;
}

/** Yields that field for each structure in a list. */
export function* fieldsOf(structure: string, name: string): Generator<string, undefined> {
	for (let at = 0; at < structure.length; at++) {
		const code = structure.charCodeAt(at);
		if (code === 34) {
			at = endOfString(structure, at);
			if (at < 0) return undefined;
		} else if (structure.startsWith(name, at) && structure[at + name.length] === "=" && !/\w/.test(structure[at - 1] ?? "")) {
			const from = at + name.length + 1;
			let end = from;
			let depth = 0;
			for (; end < structure.length; end++) {
				const here = structure.charCodeAt(end);
				if (here === 34) {
					end = endOfString(structure, end);
					if (end < 0) return undefined;
				} else if (here === 40 || here === 91 || here === 123) depth++;
				else if (here === 41 || here === 93 || here === 125) {
					if (--depth < 0) break;
				} else if (here === 44 && depth === 0) break;
			}
			yield structure.slice(from, end);
			at = end;
		}
	}
	return undefined;
}

/** Returns the index of the closing quote for the string that starts at `at`, or -1. */
export function endOfString(text: string, at: number): number {
	let quote = text.indexOf('"', at + 1);
	while (quote >= 0) {
		// A quote after an odd number of backslashes is part of the string.
		let slashes = 0;
		while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
		if (slashes % 2 === 0) return quote;
		quote = text.indexOf('"', quote + 1);
	}
	return -1;
}
