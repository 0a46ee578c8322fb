import * as v from "valibot";
import { Failure, type FailureCode } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName, isMissing } from "../files/errors.ts";
import { readBytes } from "../files/text-files.ts";

/**
 * What `decode` makes of one of our own files. Undefined if there is none. Throws `state-damaged` (exit 1), or another code, if
 * `decode` throws or returns undefined.
 */
export async function readState<T>(
	file: Path,
	decode: (content: Buffer) => T | undefined | Promise<T>,
	code: FailureCode = "state-damaged",
): Promise<T | undefined> {
	let content: Buffer;
	try {
		content = await readBytes(file);
	} catch (error) {
		if (isMissing(error)) return undefined;
		if (error instanceof Failure) throw new Failure(code, { path: showPath(file) }, 1, error);
		// A file that cannot be read is not damaged, and replacing the cage would not help.
		throw errorName(error) === "EIO" ? new Failure("disk-error", { path: showPath(file) }) : error;
	}
	try {
		const value = await decode(content);
		if (value !== undefined) return value;
	} catch {
		// The same as undefined.
	}
	throw new Failure(code, { path: showPath(file) });
}

export function readJson<T extends v.GenericSchema>(
	file: Path,
	schema: T,
	code?: FailureCode,
): Promise<v.InferOutput<T> | undefined> {
	return readState(file, (content) => v.parse(schema, JSON.parse(String(content))), code);
}
