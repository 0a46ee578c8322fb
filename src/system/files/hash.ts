import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Path } from "../../core/path/path.ts";
import { openForReading } from "./descriptor.ts";

/** SHA-256 of a regular file in hexadecimal; undefined where it cannot be read, or has become something else. */
export async function hashFile(path: Path, signal?: AbortSignal): Promise<string | undefined> {
	try {
		const file = await openForReading(path);
		try {
			if (!(await file.stat()).isFile()) return undefined;
			const hash = createHash("sha256");
			await pipeline(createReadStream("", { fd: file, autoClose: false }), hash, { ...(signal && { signal }) });
			return hash.digest("hex");
		} finally {
			await file.close();
		}
	} catch (error) {
		if (signal?.aborted) throw error;
		return undefined;
	}
}
