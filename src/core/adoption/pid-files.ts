import type { Files } from "../machine/facts.ts";
import { baseName, type Path } from "../path/path.ts";
import { processFile } from "../plan/offered-sockets.ts";
import { walkBelow } from "../plan/walk.ts";

/** A file of a service's state with its process number, which will be that of the cage. */
export interface HiddenPidFile {
	readonly path: Path;
	/** Programs that read such files and would signal another process or none. */
	readonly tools: readonly Path[];
}

interface PidFileQuestion {
	/** Directories of the service's state. What is below /run is published with the host's number. */
	readonly places: readonly Path[];
	/** Programs of the service's packages. */
	readonly tools: readonly Path[];
	/** Process ids of the service on the host. */
	readonly own: readonly number[];
}

/** Entries of a directory that are searched, and bytes of a file and of a tool that are read. */
const most = { entries: 20_000, file: 1024, tool: 16 * 1024 * 1024 };

/** Returns the files whose first line with a number has one of the service, and whose name one of the tools contains. */
export function hiddenPidFiles(files: Files, { own, places, tools }: PidFileQuestion): HiddenPidFile[] {
	const found: HiddenPidFile[] = [];
	for (const place of places) {
		let entries = 0;
		for (const { path, status } of walkBelow(place, files, () => ++entries > most.entries)) {
			if (status.kind !== "file" || status.size > most.file || !processFile.test(path)) continue;
			const number = /^\s*(\d+)\s*$/m.exec(files.read(path, most.file)?.toString("latin1") ?? "")?.[1];
			if (number === undefined || !own.includes(Number(number))) continue;
			const readers = tools.filter((tool) => files.read(tool, most.tool)?.includes(baseName(path), 0, "latin1"));
			if (readers.length) found.push({ path, tools: readers });
		}
	}
	return found;
}
