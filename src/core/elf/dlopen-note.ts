import { withoutTrailing } from "../text.ts";

/** A library that a running program may load (the ELF dlopen metadata of systemd and the UAPI group). */
export interface DlopenNote {
	/** Alternatives, of which the first existing one is loaded. */
	readonly sonames: readonly string[];
	readonly feature?: string;
	/** `required`, `recommended` (the default) or `suggested`. */
	readonly priority: string;
}

const dlopenType = 0x407c0c0a;
const maxNotes = 256;
const maxSonames = 16;

/**
 * Parses the dlopen notes of a PT_NOTE segment. A note is three words (length of the owner's name, length of the content,
 * type), the name and the content, each padded to `alignment` (elf(5)). Skips malformed notes.
 */
export function dlopenNotes(segment: Buffer, alignment: 4 | 8): DlopenNote[] {
	const notes: DlopenNote[] = [];
	const pad = (length: number) => Math.ceil(length / alignment) * alignment;
	for (let at = 0; at + 12 <= segment.length; ) {
		const content = pad(at + 12 + segment.readUInt32LE(at));
		const end = content + segment.readUInt32LE(at + 4);
		const isDlopen = segment.readUInt32LE(at + 8) === dlopenType && segment.toString("latin1", at + 12, at + 16) === "FDO\0";
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
	const { soname, feature, priority } = value as Record<string, unknown>;
	if (!Array.isArray(soname)) return [];
	// Notes contain names, not paths: one with a slash or NUL is invalid.
	const sonames = soname.filter((name) => typeof name === "string" && /^[^/\0]{1,255}$/.test(name)).slice(0, maxSonames);
	if (sonames.length === 0) return [];
	return [
		{
			sonames,
			...(typeof feature === "string" && { feature }),
			priority: typeof priority === "string" ? priority : "recommended",
		},
	];
}
