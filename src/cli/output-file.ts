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
	requireFolder(dirname(file));
	return file;
}

/** Returns the absolute path of another system's root. Throws `no-such-directory` (exit 2). */
export function rootFolder(root: string): string {
	const folder = resolve(root);
	requireFolder(folder);
	return folder;
}

function requireFolder(path: string): void {
	if (!isFolder(path)) throw new Failure("no-such-directory", { path: showPath(pathFromText(path)) }, 2);
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
