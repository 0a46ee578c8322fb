import type { Path } from "../../base/path/path.ts";
import type { FileHead } from "./state.ts";

/** Bytes and lines of a file to show. */
export const mostBytes = 64 * 1024;
const mostLines = 1000;

/** `bytes`: the beginning of a file of this size, one character a byte. */
export function headOf(path: Path, bytes: string, size: number): FileHead {
	const isBinary = bytes.includes("\0");
	const text = isBinary ? (bytes.match(/[\x20-\x7e]{6,}/g) ?? []).join("\n") : Buffer.from(bytes, "latin1").toString("utf8");
	const lines = text.replace(/\n$/, "").split("\n");
	return { path, size, isBinary, lines: lines.slice(0, mostLines), isCut: size > bytes.length || lines.length > mostLines };
}
