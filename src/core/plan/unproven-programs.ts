import type { Note } from "../application/note.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import { isLibraryFile } from "./trees.ts";

/** Configuration that is longer is data. */
const mostRead = 256 * 1024;
const mostShown = 3;
const etc = pathFromText("/etc");
const absolutePath = /(?<![\w./-])\/(?:[\w.+@-]+\/)+[\w.+@-]+/g;
const comment = /^\s*(#|;|\/\/|\*|<!--)/;
/** Shells and tools of everybody: most files that name one of them do so for somebody else. */
const programDirectory = /^(\/usr(\/local)?)?\/s?bin$/;
const notProgram = /\.(so(\.\d+)*|pm|py|rb|js|la|conf)$/;

/**
 * Programs that the application's configuration names, or that are in a directory that it listed, and that no request started: nobody knows what
 * they need in the cage. Monitoring agents start them on request.
 */
export function unprovenPrograms(trace: Trace, files: Files): Note[] {
	const started = new Set([...trace.programs].map((path) => placeOf(path, files)));
	const isOpen = (path: Path) => {
		const real = placeOf(path, files);
		const status = files.status(real);
		if (status?.kind !== "file" || !(status.mode & 0o111) || notProgram.test(real) || isLibraryFile(real)) return false;
		return !programDirectory.test(parent(real)) && !started.has(real);
	};
	const found = new Map<Path, Path[]>();
	for (const { path, succeeded } of trace.accesses.values()) {
		const real = placeOf(path, files);
		const named = succeeded.has("list")
			? listed(real, files)
			: succeeded.has("read") && isWithin(real, etc)
				? namedIn(real, files)
				: [];
		const open = [...new Set(named)].filter(isOpen);
		if (open.length) found.set(real, open);
	}
	return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([place, paths]) => noteOf(place, paths));
}

function listed(directory: Path, files: Files): Path[] {
	if (files.status(directory)?.kind !== "directory") return [];
	return files.list(directory).map((name) => join(directory, name));
}

function namedIn(file: Path, files: Files): Path[] {
	const status = files.status(file);
	if (status?.kind !== "file" || status.size > mostRead || (status.mode & 0o111) !== 0) return [];
	const lines = (files.read(file, mostRead)?.toString("latin1") ?? "").split("\n");
	return lines.filter((line) => !comment.test(line)).flatMap((line) => line.match(absolutePath) ?? []) as Path[];
}

function noteOf(place: Path, paths: readonly Path[]): Note {
	const shown = paths.slice(0, mostShown).map(showPath).join(", ");
	const more = paths.length > mostShown ? ", …" : "";
	return {
		code: "unproven-programs",
		values: { place: showPath(place), paths: `${shown}${more}`, count: paths.length },
	};
}
