import type { Application } from "../application/application.ts";
import { ancestors, isWithin, normalise, type Path, pathFromText, resolvePath } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import type { PlanInput } from "./plan.ts";

/** Maximum bytes of a configuration file that may name a directory. */
const longest = 256 * 1024;

/**
 * Tells content that the application serves or processes from content that it only meets: the command line, the environment, the
 * working directory or a configuration file that it read names the file or a directory above. `isNameable` leaves out directories
 * that are named for many reasons.
 */
export function namedContent(
	{ application, files, trace }: Pick<PlanInput, "application" | "files" | "trace">,
	isNameable: (path: Path) => boolean,
): (path: Path) => boolean {
	const named = namedPaths(application).filter(isNameable);
	let texts: readonly string[] | undefined;
	return (path) => {
		if (named.some((one) => isWithin(path, one))) return true;
		// Read only if there is such a file at all.
		texts ??= configurationOf(trace, files);
		return [...ancestors(path), path].some((one) => isNameable(one) && texts?.some((text) => names(text, one)));
	};
}

/** Every word, and every part after `=` or `:`, as a path. */
function namedPaths({ command, cwd, env }: Application): Path[] {
	const directory = pathFromText(cwd);
	const words = [...command, ...Object.values(env)].flatMap((word) => [word, ...word.split(/[=:,]/).slice(1)]);
	return [directory, ...words.filter(Boolean).map((word) => resolvePath(directory, pathFromText(word)))].map(normalise);
}

function configurationOf({ accesses }: Trace, files: PlanInput["files"]): string[] {
	const read = [...accesses.values()].filter(({ path, succeeded }) => succeeded.has("read") && isWithin(path, "/etc" as Path));
	return read.flatMap(({ path }) => files.read(files.resolve(path) ?? path, longest)?.toString("latin1") ?? []);
}

/** The path is a whole word: `/usr/share/doc/x/README` and `/usr/share/doc/xy` do not name `/usr/share/doc/x`. */
function names(text: string, path: Path): boolean {
	for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
		if (/^\/?(?![\w.+/-])/.test(text.slice(at + path.length, at + path.length + 2))) return true;
	}
	return false;
}
