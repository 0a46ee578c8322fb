import { lchown, lstat, readdir } from "node:fs/promises";
import { type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { changeOwner } from "../../core/plan/dedicated.ts";
import type { OwnerChange } from "../../core/plan/plan.ts";
import { below, openDirectory } from "./descriptor.ts";
import { errorName, writeFailure } from "./errors.ts";

/**
 * Gives what one account has at and below a directory to another. Walked by descriptor, so that a directory which is swapped for a link
 * meanwhile leads nowhere; links themselves change their owner, not what they lead to. Nothing happens where there is no directory.
 */
export async function changeTreeOwner(top: Path, change: OwnerChange): Promise<void> {
	const directory = await openDirectory(top).catch((error: unknown) => {
		if (errorName(error) === "ENOENT") return undefined;
		throw writeFailure(error, top);
	});
	if (directory === undefined) return;
	try {
		const own = await directory.stat();
		const owner = changeOwner(own, change);
		if (owner.uid !== own.uid || owner.gid !== own.gid) await directory.chown(owner.uid, owner.gid);
		for (const bytes of await readdir(pathToBytes(below(directory)), { encoding: "buffer" })) {
			const name = pathFromBytes(bytes);
			const place = pathToBytes(below(directory, name));
			const stats = await lstat(place);
			if (stats.isDirectory()) {
				await changeTreeOwner(below(directory, name), change);
				continue;
			}
			const changed = changeOwner(stats, change);
			if (changed.uid !== stats.uid || changed.gid !== stats.gid) await lchown(place, changed.uid, changed.gid);
		}
	} catch (error) {
		throw writeFailure(error, top);
	} finally {
		await directory.close();
	}
}
