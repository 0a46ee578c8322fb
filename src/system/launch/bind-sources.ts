import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Failure } from "../../core/failure.ts";
import { wayTo } from "../../core/machine/way.ts";
import { join, type Path, pathToBytes, root } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { mayBeBound } from "../../core/plan/areas.ts";

// open(2); Node has no name for it. Neither reading a directory nor the right to do so is needed to go through it.
const O_PATH = 0o10000000;

/**
 * Device and inode (`stat -c %d:%i`) of a directory of the host, reached from `/` through directories alone: each is opened in the one before,
 * so that none can be swapped for a link meanwhile. Throws `bind-refused`, `bind-unsafe` and `bind-gone` (exit 4).
 */
export function bindIdentity(bind: Path): string {
	if (!mayBeBound(bind)) throw new Failure("bind-refused", { path: showPath(bind) }, 4);
	let current = open(root, root, bind);
	try {
		for (const part of wayTo(bind).slice(1)) {
			const name = part.slice(part.lastIndexOf("/") + 1) as Path;
			const next = open(join(`/proc/self/fd/${current}` as Path, name), part, bind);
			closeSync(current);
			current = next;
		}
		const { dev, ino } = fstatSync(current, { bigint: true });
		return `${dev}:${ino}`;
	} finally {
		closeSync(current);
	}
}

function open(place: Path, part: Path, bind: Path): number {
	try {
		return openSync(pathToBytes(place), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const values = { path: showPath(part), bind: showPath(bind) };
		throw new Failure(code === "ENOTDIR" || code === "ELOOP" ? "bind-unsafe" : "bind-gone", values, 4);
	}
}
