import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathFromText } from "../../core/path/path.ts";
import { readTextSync } from "../files/text-files.ts";
import { safeFolder } from "../state/folder.ts";
import { transientName } from "../state/process.ts";

/**
 * What was found out of this machine, kept in the state folder for the next start, which has to be quick. Each file of it has a key, which
 * tells when it holds no more.
 */

/** Undefined where nothing is known that still holds: found out anew then. `keyOf` may look at what was kept. */
export function known<T>(state: string, file: string, keyOf: (value: T) => string): T | undefined {
	if (!isOwn(state)) return undefined;
	try {
		const { key, value } = JSON.parse(readTextSync(pathFromText(join(state, file))));
		return key === keyOf(value) ? value : undefined;
	} catch {
		return undefined; // Not there yet, or not ours.
	}
}

/** Only where cages were started before: a folder that may yet be refused is not written to. Else the next start asks again. */
export function keep<T>(state: string, file: string, value: T, keyOf: (value: T) => string): void {
	if (!existsSync(join(state, "scratch")) || !isOwn(state)) return;
	const place = join(state, transientName("tmp"));
	try {
		writeFileSync(place, JSON.stringify({ key: keyOf(value), value }), { mode: 0o600, flag: "wx" });
		renameSync(place, join(state, file));
	} catch {
		rmSync(place, { force: true });
	}
}

/** False where somebody else could change what is kept. */
function isOwn(state: string): boolean {
	try {
		safeFolder(pathFromText(state));
		return true;
	} catch {
		return false;
	}
}

/** Which file it is (one character a byte), and in which state; its name alone where it is not there. The change time cannot be set back (stat(2)). */
export function stateOf(path: string): string {
	const stats = statSync(Buffer.from(path, "latin1"), { throwIfNoEntry: false });
	return stats ? [path, stats.dev, stats.ino, stats.size, stats.ctimeMs].join(" ") : path;
}
