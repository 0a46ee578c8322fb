import { parsePassedSocket, socketPlace } from "../application/passed-socket.ts";
import { by } from "../collections.ts";
import type { Note } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { etc, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import { isLibraryFile } from "./trees.ts";

/** A longer file is data, not configuration. */
const maxRead = 256 * 1024;
const maxShown = 3;
const absolutePath = /(?<![\w./-])\/(?:[\w.+@-]+\/)+[\w.+@-]+/g;
const comment = /^\s*(#|;|\/\/|\*|<!--)/;
/** Shells and common tools: most files that name one have nothing to do with the application. */
const programDirectory = /^(\/usr(\/local)?)?\/s?bin$/;
/** Packages keep programs here that only one application starts. */
const ownPrograms = /^(\/usr(\/local)?\/lib(exec)?|\/opt)\//;
const notProgram = /\.(so(\.\d+)*|pm|py|rb|js|la|conf)$/;

interface UnprovenInput {
	readonly trace: Trace;
	readonly files: Files;
	/** Directories of the cage that the application may write to. */
	readonly writable: readonly Path[];
	/** Host directories that the cage sees. */
	readonly binds: readonly Path[];
	/** Sockets that `run` passes on. */
	readonly sockets: readonly string[];
}

/** Notes what a cage may break in the application's environment without a probe that notices. */
export function unprovenParts({ binds, files, sockets, trace, writable }: UnprovenInput): Note[] {
	return [
		...socketsInside(sockets),
		...unprovenPrograms(trace, files),
		...unreachableSockets(trace, [...writable, ...binds], files),
		...unreadLogs(trace, binds, files),
	];
}

/** Sockets that `run` opens inside the cage, where programs of the host do not find them. */
function socketsInside(sockets: readonly string[]): Note[] {
	const paths = sockets.flatMap((text) => {
		const place = socketPlace(parsePassedSocket(text)?.address ?? "");
		return place?.family === "unix" ? [place.path] : [];
	});
	return paths.length ? [{ code: "unproven-handed-sockets", values: { paths: paths.join(", ") } }] : [];
}

/** Sockets that the application creates outside of mounted directories: clients on the host cannot reach them. */
function unreachableSockets({ accesses }: Trace, places: readonly Path[], files: Files): Note[] {
	const unheard = [...accesses.values()].flatMap(({ path, succeeded }) => {
		const directory = placeOf(parent(path), files);
		return succeeded.has("listen") && !places.some((place) => isWithin(directory, place)) ? [showPath(path)] : [];
	});
	return unheard.length ? [{ code: "unproven-sockets", values: { paths: unheard.sort().join(", ") } }] : [];
}

const logs = ["/var/log", "/run/log"].map(pathFromText);

/** Logs that other programs write: the cage has a copy, which never changes. */
function unreadLogs({ accesses }: Trace, binds: readonly Path[], files: Files): Note[] {
	const directories = [...accesses.values()].flatMap(({ path, succeeded }) => {
		const real = placeOf(path, files);
		const isOthers = succeeded.has("read") && !succeeded.has("write") && files.status(real)?.kind === "file";
		const isSeen = binds.some((place) => isWithin(real, place));
		return isOthers && !isSeen && logs.some((log) => isWithin(real, log)) ? [showPath(parent(real))] : [];
	});
	return [...new Set(directories)].sort().map((path) => ({ code: "unproven-logs", values: { path } }));
}

/**
 * Notes programs that no request started: those that the configuration names, by their directory as well, and those in a
 * directory that the application listed. Their needs in the cage are unknown. Monitoring agents start them on request.
 */
function unprovenPrograms(trace: Trace, files: Files): Note[] {
	const started = new Set([...trace.programs].map((path) => placeOf(path, files)));
	const isUnproven = (path: Path) => {
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
				? namedIn(real, files).flatMap((one) => (ownPrograms.test(one) && isDirectory(one, files) ? listed(one, files) : one))
				: [];
		const open = [...new Set(named)].filter(isUnproven);
		if (open.length) found.set(real, open);
	}
	return [...found].sort(by(([place]) => place)).map(([place, paths]) => noteOf(place, paths));
}

function isDirectory(path: Path, files: Files): boolean {
	return files.status(placeOf(path, files))?.kind === "directory";
}

function listed(directory: Path, files: Files): Path[] {
	if (!isDirectory(directory, files)) return [];
	return files.list(directory).map((name) => join(directory, name));
}

function namedIn(file: Path, files: Files): Path[] {
	const status = files.status(file);
	if (status?.kind !== "file" || status.size > maxRead || (status.mode & 0o111) !== 0) return [];
	const text = files.read(file, maxRead)?.toString("latin1") ?? "";
	// A binary file, such as the loader's cache of all libraries, is not configuration.
	if (text.includes("\0")) return [];
	return text
		.split("\n")
		.filter((line) => !comment.test(line))
		.flatMap((line) => line.match(absolutePath) ?? []) as Path[];
}

function noteOf(place: Path, paths: readonly Path[]): Note {
	const shown = paths.slice(0, maxShown).map(showPath).join(", ");
	const more = paths.length > maxShown ? ", …" : "";
	return { code: "unproven-programs", values: { place: showPath(place), paths: `${shown}${more}`, count: paths.length } };
}
