import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { readFailure } from "../files/errors.ts";
import { walk } from "../files/walk.ts";

/** Entries between two looks at what else there is to do: a signal must not wait for a large tree. */
const atOnce = 500;

/**
 * One value for all that is below a directory: names, kinds, owners, modes, and of files size, inode and times. It changes when anybody
 * writes there: who sets a time of modification back changes that of the status (ctime), which nobody can set. Reading the content too
 * would keep the service down for as long as a copy. undefined where there is no such directory.
 */
export async function fingerprint(directory: Path): Promise<string | undefined> {
	const hash = createHash("sha256");
	let count = 0;
	for (const { error, host, path, stats } of walk(directory, "/" as Path)) {
		if (error !== undefined) throw new Failure("cannot-read", { path: showPath(directory), error }, 1);
		if (++count % atOnce === 0) await setImmediate();
		// Sockets and FIFOs are nobody's state.
		if (!stats.isDirectory() && !stats.isFile() && !stats.isSymbolicLink()) continue;
		const line: unknown[] = [path, stats.uid, stats.gid, stats.mode & ~0o6000n];
		if (stats.isFile()) line.push(stats.size, stats.ino, stats.mtimeNs, stats.ctimeNs);
		if (stats.isSymbolicLink()) line.push(linkTarget(host, directory));
		hash.update(`${JSON.stringify(line.map(String))}\n`);
	}
	return count === 0 ? undefined : hash.digest("hex");
}

function linkTarget(link: Path, directory: Path): string {
	try {
		return readlinkSync(pathToBytes(link), { encoding: "latin1" });
	} catch (error) {
		throw readFailure(error, directory);
	}
}
