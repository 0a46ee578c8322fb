import { readlinkSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { walk } from "../files/walk.ts";

/**
 * A link in the cage's state that leads out of it, and that the host did not have. In the cage it led nowhere; on the host a service that
 * starts as root, or logrotate, would write to where it leads. undefined where there is none; fails where something cannot be looked at.
 */
export async function foreignLink(from: Path, place: Path): Promise<Path | undefined> {
	for (const { error, host, path, stats } of walk(from, place)) {
		if (error !== undefined) throw new Failure("cannot-read", { path: showPath(path), error }, 1);
		if (!stats.isSymbolicLink()) continue;
		const target = readlinkSync(pathToBytes(host), { encoding: "latin1" });
		const isInside = !target.startsWith("/") && !target.split("/").includes("..");
		if (!isInside && target !== (await targetOnHost(path))) return path;
	}
	return undefined;
}

/** A link that cannot be read is not the same one. */
async function targetOnHost(link: Path): Promise<Path | undefined> {
	return readlink(pathToBytes(link), { encoding: "buffer" }).then(pathFromBytes, () => undefined);
}
