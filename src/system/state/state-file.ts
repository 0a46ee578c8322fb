import * as v from "valibot";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName, isMissing } from "../files/errors.ts";
import { readBytes } from "../files/text-files.ts";

/** What `decode` makes of one of our own files. Undefined if there is none. Throws `state-damaged` (exit 1), or another code. */
export async function readState<T>(
	file: Path,
	decode: (content: Buffer) => T | Promise<T>,
	code = "state-damaged",
): Promise<T | undefined> {
	try {
		return await decode(await readBytes(file));
	} catch (error) {
		if (isMissing(error)) return undefined;
		// A broken disk damages no file, and replacing the cage would not help.
		if (errorName(error) === "EIO") throw new Failure("disk-error", { path: showPath(file) });
		throw new Failure(code, { path: showPath(file) });
	}
}

export function readJson<T extends v.GenericSchema>(file: Path, schema: T, code?: string): Promise<v.InferOutput<T> | undefined> {
	return readState(file, (content) => v.parse(schema, JSON.parse(content.toString("utf8"))), code);
}
