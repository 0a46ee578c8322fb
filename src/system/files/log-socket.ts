import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { baseName, join, normalise, type Path, parent, pathFromText, pathToBytes, resolvePath } from "../../core/path/path.ts";

/** The kernel follows this many links (path_resolution(7)). */
const mostLinks = 40;

/** Returns the place that `/dev/log` leads to, even while nobody listens there; undefined if the host has no such name. */
export function logSocket(): Path | undefined {
	let path = pathFromText("/dev/log");
	try {
		for (let links = 0; links < mostLinks; links++) {
			const stats = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
			if (!stats?.isSymbolicLink()) return stats || links > 0 ? inRealFolder(path) : undefined;
			path = normalise(resolvePath(parent(path), readlinkSync(pathToBytes(path), { encoding: "latin1" }) as Path));
		}
	} catch {
		return undefined;
	}
	return undefined;
}

function inRealFolder(path: Path): Path {
	try {
		return join(realpathSync(pathToBytes(parent(path)), { encoding: "latin1" }) as Path, baseName(path));
	} catch {
		return path;
	}
}
