import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathFromText } from "../../core/path/path.ts";
import { attempt } from "../files/errors.ts";
import { readTextSync } from "../files/text-files.ts";
import { requireSafeFolder } from "../state/folder.ts";
import { transientName } from "../state/process-identity.ts";

/**
 * Facts about this machine, cached in the state folder so that the next start is quick. The key of each file tells whether it is
 * still valid.
 */

/** Returns undefined if nothing valid is cached. `keyOf` may use the cached value. */
export function readCached<T>(state: string, file: string, keyOf: (value: T) => string): T | undefined {
	if (!isOwn(state)) return undefined;
	return attempt(() => {
		const { key, value } = JSON.parse(readTextSync(pathFromText(join(state, file))));
		return key === keyOf(value) ? value : undefined;
	});
}

/** Writes only if cages were started before, because a folder that may still be refused must not be changed. */
export function writeCached<T>(state: string, file: string, value: T, keyOf: (value: T) => string): void {
	if (!existsSync(join(state, "scratch")) || !isOwn(state)) return;
	const place = join(state, transientName("tmp"));
	try {
		writeFileSync(place, JSON.stringify({ key: keyOf(value), value }), { mode: 0o600, flag: "wx" });
		renameSync(place, join(state, file));
	} catch {
		rmSync(place, { force: true });
	}
}

/** False if somebody else could change the cache. */
function isOwn(state: string): boolean {
	return attempt(() => requireSafeFolder(pathFromText(state))) !== undefined;
}

/** Identifies a file (one character a byte) and its state; only its name if it is missing. The change time cannot be set back (stat(2)). */
export function fileState(path: string): string {
	const stats = statSync(Buffer.from(path, "latin1"), { throwIfNoEntry: false });
	return stats ? [path, stats.dev, stats.ino, stats.size, stats.ctimeMs].join(" ") : path;
}
