import type { Files } from "../machine/facts.ts";
import type { Path } from "../path/path.ts";

/** What a file is known by from its beginning: the kernel or the loader reads it itself (ELF, a script's `#!`), or it holds a key or a password. */
export type Mark = "elf" | "script" | "secret";

/** How much of a file is read to tell its marks. */
export const headSize = 16 * 1024;

/** Marks by which the tools themselves know these files: PEM (RFC 7468), OpenSSH, PuTTY, TSIG keys, and well-known token forms. */
const secretContents = [
	/-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/,
	/^PuTTY-User-Key-File-\d/,
	/\bsecret\s+"[A-Za-z0-9+/=]{16,}"\s*;/,
	/\b(ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{16,}/,
	/\bAKIA[0-9A-Z]{16}\b/,
	// What is rare comes first, what stands before it is looked at behind: six times as quick on what is no text (measured).
	/\$(?<=^\$)(1|2[aby]|5|6|7|y)\$[^\s:]+/m,
	/\$(?<=^[^:\s]+:\$)(1|2[aby]|5|6|7|y|apr1)\$/m,
];

/** What is looked for, as text: marks that were told by other rules say nothing. */
export function rulesOfMarks(): string {
	return [headSize, ...secretContents].join(" ");
}

/** undefined where the file cannot be read. */
export function readMarks(path: Path, files: Pick<Files, "read">): Mark[] | undefined {
	const head = files.read(path, headSize);
	return head && marksOf(head);
}

export function marksOf(head: Buffer): Mark[] {
	// Programs and libraries mention such marks (openssl knows what a PEM header looks like) without being one.
	if (head.subarray(0, 4).equals(elfMagic)) return ["elf"];
	const text = head.subarray(0, headSize).toString("latin1");
	const isSecret = secretContents.some((pattern) => pattern.test(text));
	return [...(text.startsWith("#!") ? (["script"] as const) : []), ...(isSecret ? (["secret"] as const) : [])];
}

const elfMagic = Buffer.from("\x7fELF", "latin1");
