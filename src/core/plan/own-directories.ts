import type { Application } from "../application/application.ts";
import type { Files } from "../machine/facts.ts";
import { ancestors, isWithin, normalise, type Path, parent, pathFromText, resolvePath } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import type { Identity } from "./plan.ts";
import type { LibraryTree } from "./trees.ts";

/**
 * Returns a test for the application's own directories: those with a file that its command names (a configuration, a script), a
 * program that ran, or its sources.
 */
export function ownDirectories(
	{ command, cwd }: Application,
	trace: Trace,
	trees: readonly LibraryTree[],
	files: Files,
): (directory: Path) => boolean {
	const base = normalise(pathFromText(cwd));
	const named = command
		.slice(1)
		// `--config=/etc/app.conf` and `-c/etc/app.conf` name a file too.
		.map((word) => placeOf(normalise(resolvePath(base, pathFromText(word.replace(/^-[^/=]*=?(?=\/)/, "")))), files))
		.filter((path) => files.status(path)?.kind === "file");
	const programs = [...trace.programs].map((path) => placeOf(path, files));
	const holders = new Set([...named, ...programs].map(parent));
	return (directory) => holders.has(directory) || trees.some(({ top }) => isWithin(directory, top));
}

/**
 * Returns the user's directories that the application will probably write: the home, the working directory, and what the command
 * names. Without root, each needs its own overlay: an overlay cannot copy up a directory of another owner, and creating something
 * below one fails with EOVERFLOW (measured).
 */
export function likelyWrittenDirectories(command: readonly string[], cwd: string, { home, uid }: Identity, files: Files): Path[] {
	const named = command.slice(1).flatMap((word) => /(?:^|=)(\/.*)$/s.exec(word)?.[1] ?? []);
	const all = [home, cwd, ...named].flatMap((text) => ownDirectory(normalise(pathFromText(text)), uid, files) ?? []);
	return [...new Set(all)];
}

/** Returns the directories in which a creation failed for that reason. */
export function failedCopyUps(trace: Trace, uid: number, files: Files): Path[] {
	const failed = [...trace.accesses.values()].filter((access) => access.failed.has("EOVERFLOW"));
	const directories = failed.flatMap(({ path }) => {
		const place = placeOf(path, files);
		return ownDirectory(place, uid, files) ?? nearestDirectory(place, files) ?? [];
	});
	return [...new Set(directories)];
}

/**
 * Returns the outermost directory of those above `path` that belong to the user without a gap; undefined if the nearest one does not.
 */
function ownDirectory(path: Path, uid: number, files: Files): Path | undefined {
	const nearest = nearestDirectory(placeOf(path, files), files);
	if (nearest === undefined) return undefined;
	const way = [...ancestors(nearest), nearest];
	const foreign = way.findLastIndex((directory) => files.status(directory)?.uid !== uid);
	return way[foreign + 1];
}

function nearestDirectory(path: Path, files: Files): Path | undefined {
	return [...ancestors(path), path].findLast((directory) => files.status(directory)?.kind === "directory");
}
