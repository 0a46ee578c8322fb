import { gunzipSync } from "node:zlib";
import type { Documents, Files } from "../../engine/ports.ts";

/** Most bytes of a document, packed and unpacked; a longer one is no manual page of a service. */
const longest = 4 * 1024 * 1024;

/** Documentation on this machine. Whatever is wrong with a file, it is not there. */
export function systemDocuments(files: Pick<Files, "read" | "resolve">): Documents {
	return {
		text(path) {
			const real = files.resolve(path);
			const content = real === undefined ? undefined : files.read(real, longest);
			if (content === undefined) return undefined;
			if (!real?.endsWith(".gz")) return content.toString("utf8");
			try {
				return gunzipSync(content, { maxOutputLength: longest }).toString("utf8");
			} catch {
				return undefined;
			}
		},
	};
}
