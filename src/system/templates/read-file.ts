import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/path/quote.ts";
import { errorName } from "../files/errors.ts";

/**
 * The text of a regular file of at most so many bytes. A FIFO is not waited for, a device not read, a large file not taken into memory. Throws
 * `no-such-file`, `file-unreadable` or `template-too-large` (exit 2).
 */
export function readTemplateFile(path: string, limit: number): string {
	let file: number;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes(errorName(error) ?? "")) throw new Failure("no-such-file", { path: printable(path) }, 2);
		throw new Failure("file-unreadable", { file: path, detail: error instanceof Error ? error.message : "" }, 2);
	}
	try {
		const stats = fstatSync(file);
		if (!stats.isFile()) throw new Failure("file-not-regular", { file: path }, 2);
		if (stats.size > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		const bytes = Buffer.alloc(limit + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length <= limit; length += read)
			read = readSync(file, bytes, length, bytes.length - length, null);
		if (length > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		return bytes.toString("utf8", 0, length);
	} finally {
		closeSync(file);
	}
}
