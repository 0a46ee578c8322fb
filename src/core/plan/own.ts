import type { Application } from "../application/application.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, parent, pathFromText, resolvePath } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import type { LibraryTree } from "./trees.ts";

/**
 * Tells whether a directory belongs to the application itself: it holds a file that the command names (a configuration, a script), a
 * program that ran, or sources.
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
		// `--config=/etc/app.conf` and `-c/etc/app.conf` name a file as well.
		.map((word) => placeOf(normalise(resolvePath(base, pathFromText(word.replace(/^-[^/=]*=?(?=\/)/, "")))), files))
		.filter((path) => files.status(path)?.kind === "file");
	const programs = [...trace.programs].map((path) => placeOf(path, files));
	const holders = new Set([...named, ...programs].map(parent));
	return (directory) => holders.has(directory) || trees.some(({ top }) => isWithin(directory, top));
}
