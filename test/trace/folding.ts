import { type FoldOptions, TraceFold } from "../../src/trace/fold.ts";
import type { Access } from "../../src/trace/trace.ts";

/** For a command that strace itself starts: the first execve(2) is the application. */
export const startAtFirstExecve = (): NonNullable<FoldOptions["start"]> => ({ isApplication: () => true, initPid: undefined });

/** Folds lines that belong to the application from the first execve. */
export function fold(text: string, options: FoldOptions = { start: startAtFirstExecve() }): TraceFold {
	const folded = new TraceFold(options);
	folded.feed(Buffer.from(text.endsWith("\n") ? text : `${text}\n`, "latin1"));
	folded.end();
	return folded;
}

export const begin = `10  execve("/bin/app", ["app"], 0x7ffc /* 3 vars */) = 0\n`;

/** Returns operations by path, errors as `ENOENT:read`, without the program itself. */
export function accessesOf(folded: TraceFold): Record<string, string> {
	const all: Record<string, string> = {};
	for (const access of folded.trace.accesses.values()) {
		if (access.path !== "/bin/app") all[access.path] = summary(access);
	}
	return all;
}

export function summary(access: Access): string {
	const failed = [...access.failed].flatMap(([error, operations]) => [...operations].map((operation) => `${error}:${operation}`));
	return [...access.succeeded, ...failed].join(" ");
}

/** An independent implementation of strace's C quoting. */
export function quoteLikeStrace(bytes: string, alsoOctal = ""): string {
	return [...bytes].map((byte, index) => quoteByte(byte, bytes[index + 1], alsoOctal)).join("");
}

/** In descriptors strace also escapes angle brackets. */
export const labelLikeStrace = (bytes: string): string => quoteLikeStrace(bytes, "<>");

const escapes: Record<string, string> = {
	"\n": "\\n",
	"\t": "\\t",
	"\r": "\\r",
	"\v": "\\v",
	"\f": "\\f",
	'"': '\\"',
	"\\": "\\\\",
};

function quoteByte(byte: string, next: string | undefined, alsoOctal: string): string {
	const letter = escapes[byte];
	if (letter) return letter;
	const code = byte.charCodeAt(0);
	if (code >= 0x20 && code < 0x7f && !alsoOctal.includes(byte)) return byte;
	const digits = code.toString(8);
	// The shortest form is unambiguous only if no digit follows.
	return `\\${next !== undefined && /[0-9]/.test(next) ? digits.padStart(3, "0") : digits}`;
}
