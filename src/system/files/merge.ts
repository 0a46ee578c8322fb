import { link, lstat, rename } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { join, type Path, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { below, exists, isNoDirectory, namesIn, openDirectory } from "./descriptor.ts";
import { errorName } from "./errors.ts";

/**
 * Moves the content of `from` into `to` where nothing exists yet, and returns the host paths that existed. Merges directories.
 * link(2) and rename(2) fail rather than replace a name that has just appeared.
 */
export async function merge(from: Path, to: Path, name: Path): Promise<Path[]> {
	await using source = await openDirectory(from);
	await using target = await openDirectory(to).catch((error: unknown) => {
		if (isNoDirectory(errorName(error))) throw unsafeData(name);
		throw error;
	});
	const kept: Path[] = [];
	for (const child of await namesIn(source)) {
		const [old, place, shown] = [below(source, child), below(target, child), join(name, child)];
		const isDirectory = (await lstat(pathToBytes(old))).isDirectory();
		if (!isDirectory) {
			if (!(await linkUnlessThere(old, place))) kept.push(shown);
		} else if (!(await exists(place))) await rename(pathToBytes(old), pathToBytes(place));
		else if ((await lstat(pathToBytes(place))).isDirectory()) kept.push(...(await merge(old, place, shown)));
		else kept.push(shown);
	}
	await target.sync();
	return kept;
}

async function linkUnlessThere(from: Path, to: Path): Promise<boolean> {
	try {
		await link(pathToBytes(from), pathToBytes(to));
		return true;
	} catch (error) {
		if (errorName(error) === "EEXIST") return false;
		throw error;
	}
}

/** The application may write here, so a link could be an attempt to redirect us. */
export function unsafeData(path: Path): Failure {
	return new Failure("unsafe-data", { path: showPath(path) }, 4);
}
