import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { type Path, pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { writeNewFile } from "../system/files/new-file.ts";
import type { Terminal } from "./terminal.ts";

/** Returns the absolute path of a file to write. Throws before any work if its folder is missing or it is a folder (exit 2). */
export function outputFile(output: string): string {
	const file = resolve(output);
	if (isFolder(file)) throw new Failure("output-is-folder", { path: showPath(pathFromText(file)) }, 2);
	if (!isFolder(dirname(file))) throw new Failure("no-such-directory", { path: showPath(pathFromText(dirname(file))) }, 2);
	return file;
}

/** Prints the text or writes it to a new file. Resolves to the file's path, or undefined if the text was printed. */
export async function printOrWrite(terminal: Terminal, text: string, output: string | undefined): Promise<Path | undefined> {
	if (output === undefined) {
		terminal.print(text);
		return undefined;
	}
	const file = pathFromText(resolve(output));
	await writeNewFile(file, text);
	return file;
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
