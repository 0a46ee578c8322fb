import { withoutTrailing } from "../trailing.ts";

/** A library that a program may load by itself while it runs (the ELF dlopen metadata of systemd and the UAPI group). */
export interface DlopenNote {
	/** Names of which the first that is there is taken. */
	readonly sonames: readonly string[];
	readonly feature?: string;
	readonly description?: string;
	/** `required`, `recommended` (also where nothing is said) or `suggested`. */
	readonly priority: string;
}

const dlopenType = 0x407c0c0a;
const maxNotes = 256;
const maxSonames = 16;

/**
 * The dlopen notes among the notes of one PT_NOTE segment. A note is three words (length of the owner's name, length of the content, type),
 * the name and the content, each padded to `alignment` (elf(5)). What is not well formed is skipped.
 */
export function dlopenNotes(segment: Buffer, alignment: 4 | 8, word: (from: Buffer, at: number) => number): DlopenNote[] {
	const notes: DlopenNote[] = [];
	const pad = (length: number) => Math.ceil(length / alignment) * alignment;
	for (let at = 0; at + 12 <= segment.length; ) {
		const content = pad(at + 12 + word(segment, at));
		const end = content + word(segment, at + 4);
		const isDlopen = word(segment, at + 8) === dlopenType && segment.toString("latin1", at + 12, at + 16) === "FDO\0";
		if (isDlopen && end <= segment.length && notes.length < maxNotes) notes.push(...readJson(segment.subarray(content, end)));
		at = pad(end);
	}
	return notes;
}

function readJson(content: Buffer): DlopenNote[] {
	let value: unknown;
	try {
		value = JSON.parse(withoutTrailing(content.toString("utf8"), "\0"));
	} catch {
		return [];
	}
	return Array.isArray(value) ? value.slice(0, maxNotes).flatMap(readNote) : [];
}

function readNote(value: unknown): DlopenNote[] {
	if (typeof value !== "object" || value === null) return [];
	const { soname, feature, description, priority } = value as Record<string, unknown>;
	if (!Array.isArray(soname)) return [];
	// A note names libraries, never places: what holds a slash or a NUL is not one.
	const sonames = soname.filter((name) => typeof name === "string" && /^[^/\0]{1,255}$/.test(name)).slice(0, maxSonames);
	if (sonames.length === 0) return [];
	return [
		{
			sonames,
			...(typeof feature === "string" && { feature }),
			...(typeof description === "string" && { description }),
			priority: typeof priority === "string" ? priority : "recommended",
		},
	];
}
