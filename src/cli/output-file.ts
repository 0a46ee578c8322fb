import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";

/** Returns the absolute path of a file to write. Throws before any work if its folder is missing or it is a folder (exit 2). */
export function outputFile(output: string): string {
	const file = resolve(output);
	if (isFolder(file)) throw new Failure("output-is-folder", { path: showPath(pathFromText(file)) }, 2);
	if (!isFolder(dirname(file))) throw new Failure("no-such-directory", { path: showPath(pathFromText(dirname(file))) }, 2);
	return file;
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
