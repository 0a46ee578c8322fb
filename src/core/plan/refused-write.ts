import type { Files } from "../machine/facts.ts";
import { type Path, parent } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { isByteCode, isMountedByLauncher } from "./areas.ts";
import { placeOf } from "./links.ts";
import { changes } from "./writable.ts";

/** A place that an application could not write. `directory` is the real one that would hold it. */
export interface RefusedWrite {
	readonly path: Path;
	readonly error: string;
	readonly directory: Path;
}

const refusals = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS"]);

/**
 * The last place that an application wanted to write and never could; undefined where there is none. A daemon that ends at its start without a
 * word has often lacked the directory of its pid file, which its service makes. That nothing was there to take away is no refusal.
 */
export function lastRefusedWrite(trace: Trace, files: Files): RefusedWrite | undefined {
	for (const { failed, path, succeeded } of [...trace.accesses.values()].reverse()) {
		if (succeeded.size || isMountedByLauncher(path) || isByteCode(path)) continue;
		for (const [error, operations] of failed) {
			const wanted = [...operations].some((one) => changes.has(one) && !(one === "remove" && error === "ENOENT"));
			if (refusals.has(error) && wanted) return { path, error, directory: placeOf(parent(path), files) };
		}
	}
	return undefined;
}
