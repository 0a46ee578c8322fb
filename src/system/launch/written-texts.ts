import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { openWay } from "../files/descriptor.ts";

/** Bytes of a file's end. */
const mostRead = 4096;

/** A sandbox's layers are below its folder, or one level deeper. */
const depth = 2;

/**
 * Returns the ends of those files that a run wrote in a sandbox, the latest change last. The application could have replaced each
 * directory of a path by a link, so none is followed.
 */
export function writtenTexts(folder: Path, paths: readonly Path[]): string[] {
	const layers = paths.length ? upperLayers(folder, depth) : [];
	const found = paths.flatMap((path) => layers.flatMap((layer) => endOf(layer, path) ?? []));
	return found.sort((a, b) => a.changed - b.changed).map(({ text }) => text);
}

function upperLayers(folder: Path, left: number): Path[] {
	const entries = readdirSync(pathToBytes(folder), { withFileTypes: true });
	if (entries.some((entry) => entry.name === "upper" && entry.isDirectory())) return [join(folder, pathFromText("upper"))];
	if (left === 0) return [];
	return entries.flatMap((entry) => (entry.isDirectory() ? upperLayers(join(folder, pathFromText(entry.name)), left - 1) : []));
}

/** A layer covers a directory above the file, so it contains an end of the path. */
function endOf(layer: Path, path: Path): { readonly text: string; readonly changed: number } | undefined {
	const names = path.split("/").filter((name) => name !== "") as Path[];
	for (let first = 0; first < names.length; first++) {
		const end = readEnd(layer, names.slice(first));
		if (end) return end;
	}
	return undefined;
}

function readEnd(layer: Path, names: readonly Path[]): { readonly text: string; readonly changed: number } | undefined {
	const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	let directory: number | undefined;
	let file: number | undefined;
	try {
		directory = openWay(layer, names.slice(0, -1), ({ error }) => new Error(error));
		const place = join(`/proc/self/fd/${directory}` as Path, names.at(-1) as Path);
		file = openSync(pathToBytes(place), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
		const status = fstatSync(file);
		if (!status.isFile()) return undefined;
		const bytes = Buffer.alloc(mostRead);
		const length = readSync(file, bytes, 0, mostRead, Math.max(0, status.size - mostRead));
		return { text: bytes.subarray(0, length).toString("utf8"), changed: status.mtimeMs };
	} catch {
		// Missing, a link, or unreadable: the text only explains a failure.
		return undefined;
	} finally {
		if (file !== undefined) closeSync(file);
		if (directory !== undefined) closeSync(directory);
	}
}
