import { join, type Path, pathFromText } from "../../core/path/path.ts";
import { decodeLines, encodeLines } from "../../core/session/session.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomicPieces } from "./atomic.ts";
import { isOurs } from "./session-file.ts";

/** The large fields of a session, each in a file of its own: `plan-3.jsonl` is the third plan of it that was written. */

/** As JSON, a field up to so long stands in the head. */
const smallField = 4096;
/** Far above a plan of 50,000 entries; all of it becomes one string on the way back. */
const mostBytes = 256 * 1024 * 1024;
const pieceLength = 64 * 1024;

export function partFile(field: string, number: number): string {
	return `${field}-${number}.jsonl`;
}

export function isPartFile(name: string): boolean {
	return /^[A-Za-z]+-[0-9]+\.jsonl$/.test(name);
}

/** Finds out without making more of a large one than it needs. */
export function isSmall(value: unknown): boolean {
	let length = 0;
	for (const line of encodeLines(value)) {
		length += line.length;
		if (length > smallField) return false;
	}
	return true;
}

export async function writePart(folder: Path, file: string, value: unknown): Promise<void> {
	await writeAtomicPieces(join(folder, pathFromText(file)), pieces(value));
}

function* pieces(value: unknown): Generator<string> {
	let piece = "";
	for (const line of encodeLines(value)) {
		piece += `${line}\n`;
		if (piece.length >= pieceLength) {
			yield piece;
			piece = "";
		}
	}
	yield piece;
}

/** Undefined where it is missing, cut off, too large, somebody else's or a link. */
export async function readPart(folder: Path, file: string): Promise<unknown> {
	const path = join(folder, pathFromText(file));
	try {
		if (!isPartFile(file) || !(await isOurs(path, mostBytes))) return undefined;
		const lines = (await readText(path)).split("\n");
		return lines.pop() === "" ? decodeLines(lines) : undefined;
	} catch {
		return undefined;
	}
}
