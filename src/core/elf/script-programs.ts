import { launchPath } from "../application/application.ts";
import { isAbsolute, join, type Path, pathFromText, resolvePath } from "../path/path.ts";
import type { Shebang } from "./script.ts";
import type { LoaderFiles, LoaderOptions } from "./search.ts";

/** What the kernel starts for a script, and what env(1) starts then; each undefined where there is none or it is not found. */
export function scriptPrograms(
	{ interpreter, lookup, lookupPath }: Shebang,
	files: LoaderFiles,
	options: LoaderOptions,
): [interpreter: Path | undefined, looked: Path | undefined] {
	const path = lookupPath ?? pathFromText(options.environment?.PATH ?? launchPath);
	const looked = lookup === undefined ? undefined : findProgram(lookup, path, files, options.directory);
	return [absolute(interpreter, options.directory), looked];
}

/** execvp(3): what is no program is passed over; an empty element is the working directory. */
function findProgram(name: string, searchPath: string, files: LoaderFiles, start: Path | undefined): Path | undefined {
	if (name.includes("/")) return absolute(name as Path, start);
	return searchPath
		.split(":")
		.flatMap((directory) => absolute((directory === "" ? "." : directory) as Path, start) ?? [])
		.map((directory) => join(directory, name))
		.find((path) => isExecutable(path, files));
}

function isExecutable(path: Path, files: LoaderFiles): boolean {
	const real = files.resolve(path);
	const status = real === undefined ? undefined : files.status(real);
	return status?.kind === "file" && (status.mode & 0o111) !== 0;
}

/** undefined for a relative path where the working directory is not known. */
function absolute(path: Path, start: Path | undefined): Path | undefined {
	if (isAbsolute(path)) return path;
	return start === undefined ? undefined : resolvePath(start, path);
}
