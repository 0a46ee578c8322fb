import { createHash } from "node:crypto";
import type { Path } from "../../core/path/path.ts";
import { openForReading } from "./descriptor.ts";

/** SHA-256 of a regular file in hexadecimal; undefined where it cannot be read, or has become something else. */
export async function hashFile(path: Path, signal?: AbortSignal): Promise<string | undefined> {
	try {
		const file = await openForReading(path);
		try {
			if (!(await file.stat()).isFile()) return undefined;
			const hash = createHash("sha256");
			const chunk = Buffer.allocUnsafe(2 ** 18);
			for (;;) {
				const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
				signal?.throwIfAborted();
				if (bytesRead === 0) return hash.digest("hex");
				hash.update(chunk.subarray(0, bytesRead));
			}
		} finally {
			await file.close();
		}
	} catch (error) {
		if (signal?.aborted) throw error;
		return undefined;
	}
}
