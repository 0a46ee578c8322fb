import { lstat, readdir, readlink } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";

/**
 * A link in the cage's state that leads out of it, and that the host did not have. In the cage it led nowhere; on the host a service that
 * starts as root, or logrotate, would write to where it leads. undefined where there is none.
 */
export async function foreignLink(from: Path, place: Path): Promise<Path | undefined> {
	const stats = await lstat(pathToBytes(from)).catch(() => undefined);
	if (stats?.isSymbolicLink()) {
		const target = await targetOf(from);
		const isInside = !target.startsWith("/") && !target.split("/").includes("..");
		return isInside || target === (await targetOf(place)) ? undefined : place;
	}
	if (!stats?.isDirectory()) return undefined;
	for (const name of (await readdir(pathToBytes(from), { encoding: "buffer" })).map(pathFromBytes)) {
		const found = await foreignLink(join(from, name), join(place, name));
		if (found !== undefined) return found;
	}
	return undefined;
}

async function targetOf(link: Path): Promise<Path> {
	return pathFromBytes(await readlink(pathToBytes(link), { encoding: "buffer" }).catch(() => Buffer.from("")));
}
