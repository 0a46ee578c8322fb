import type { Path } from "../path/path.ts";
import type { FileStatus, Files } from "./facts.ts";

/** The same files, each asked for its status and its target once: following thousands of names asks for the same directories again and again. */
export function rememberFiles(files: Files): Files {
	const statuses = new Map<Path, FileStatus | undefined>();
	const targets = new Map<Path, Path | undefined>();
	return {
		...files,
		status: (path) => once(statuses, path, files.status),
		readLink: (path) => once(targets, path, files.readLink),
	};
}

function once<T>(known: Map<Path, T>, path: Path, ask: (path: Path) => T): T {
	if (known.has(path)) return known.get(path) as T;
	const answer = ask(path);
	known.set(path, answer);
	return answer;
}
