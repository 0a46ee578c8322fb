import { by } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import { directoriesTo, type FileStatus, type Files, type Identity, walkBelow } from "../base/machine/facts.ts";
import { isWithin, type Path, parent, pathFromText, root } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Application, DirectoryBelow } from "../service/application.ts";
import { type OwnedDirectory, parseCreatedDirectory } from "../service/created-directory.ts";
import { parsePassedSocket, socketPlace } from "../service/passed-socket.ts";
import type { Trace } from "../trace/trace.ts";
import type { AccessProblem } from "./host-access.ts";
import { placeNamed, placeOf } from "./links.ts";
import type { OfferedSocket, ServiceDirectory } from "./plan.ts";
import { isProtected, plainName } from "./shared.ts";
import { wantsToChange } from "./writable.ts";

interface OfferedInput {
	readonly application: Pick<Application, "directories" | "network" | "sockets">;
	readonly trace: Trace;
	readonly files: Files;
	readonly identity: Identity;
	/**
	 * False if the host's directories are not the application's own: root cannot create them, or the cage has another account than
	 * the service.
	 */
	readonly mayMount: boolean;
	/** RuntimeDirectory= and similar settings. */
	readonly directories: readonly OwnedDirectory[];
	/** Real paths that rules make writable or bind: the administrator decided about these. */
	readonly decided: readonly Path[];
	/** Those that are mounted from the host, read-write. */
	readonly bound: readonly Path[];
	/** Whether the cage takes the place of the host's service, whose tools read its files. */
	readonly isAdopted: boolean;
	/** What the cage could do to the host with a directory, beyond what the administrator allowed. */
	readonly problemOf: (directory: Path) => AccessProblem | undefined;
}

interface OfferedPlan {
	readonly sockets: readonly OfferedSocket[];
	/** Outermost host directories for these sockets, which belong to the application alone. */
	readonly directories: readonly ServiceDirectory[];
	/** Files that are the only reason for their directory. */
	readonly files: readonly Path[];
	readonly notes: readonly Note[];
}

/** A directory here is empty after each boot, so whoever needs one creates it (file-hierarchy(7)). */
const run = pathFromText("/run");
/** A longer walk is a tree of content, not a directory for sockets. */
const maxEntries = 2000;

/**
 * Decides where clients find the sockets on which the application listens. A directory below /run that belongs to the application
 * alone is mounted from the host, so that its sockets stay at their paths, and nothing else of the host appears in the cage. Files
 * that it writes there stay too if the cage is adopted, because tools read them: a key of each start, figures, counters.
 */
export function planOfferedSockets(input: OfferedInput): OfferedPlan {
	const { application, files, trace } = input;
	const listened = [...trace.accesses.values()].filter(({ succeeded }) => succeeded.has("listen"));
	const paths = [...new Set(listened.map(({ path }) => placeOf(path, files)))].sort();
	const chosen = new Map<Path, ServiceDirectory>();
	const notes: Note[] = [];
	const sockets = paths.map((path): OfferedSocket => {
		if (input.bound.some((bind) => isWithin(path, bind))) return { path, reach: "host" };
		const directory = hostDirectoryOf(path, input, notes);
		if (directory) chosen.set(directory.path, directory);
		return directory ? { path, reach: "host" } : { path, reach: "cage" };
	});
	const ofFiles = (input.isAdopted ? offeredFiles(input) : []).filter((path) => {
		if ([...chosen.keys()].some((directory) => isWithin(path, directory))) return false;
		const directory = hostDirectoryOf(path, input, []);
		if (directory) chosen.set(directory.path, directory);
		return directory !== undefined;
	});
	const directories = [...chosen.values()].sort(by(({ path }) => path));
	const isOwnName = (name: string) => !trace.abstractPeers.has(name);
	const abstract = [...trace.abstractSockets].filter(isOwnName).sort();
	const passed = (application.sockets ?? []).flatMap((text) => {
		const place = socketPlace(parsePassedSocket(text)?.address ?? "");
		return place?.family === "unix" ? [{ path: placeNamed(place.path, files), reach: "unit" as const }] : [];
	});
	return {
		sockets: [
			...sockets,
			...passed.filter(({ path }) => !paths.includes(path)),
			...abstract.map((name) => ({
				path: `@${name}` as Path,
				reach: application.network === "host" ? ("network" as const) : ("cage" as const),
			})),
		],
		directories,
		files: ofFiles,
		notes: [...notes, ...directories.flatMap((one) => notesAbout(one.path, input))],
	};
}

/** Names of files with a process id, which is another number in the cage. */
export const processFile = /\.(pid|lock)$/;

/** Files below /run that the application writes and the host has. */
function offeredFiles({ files, trace }: OfferedInput): Path[] {
	const written = [...trace.accesses.values()].filter(({ succeeded }) => succeeded.has("write"));
	const paths = [...new Set(written.map(({ path }) => placeOf(path, files)))].sort();
	return paths.filter((path) => isWithin(path, run) && !processFile.test(path) && files.status(path)?.kind === "file");
}

/** The highest directory below /run that may be mounted for this socket or file. */
function hostDirectoryOf(socket: Path, input: OfferedInput, notes: Note[]): ServiceDirectory | undefined {
	const { decided, mayMount, problemOf } = input;
	if (!mayMount || !isWithin(socket, run) || decided.some((path) => isWithin(socket, path))) return undefined;
	const between = directoriesTo(parent(socket)).filter((path) => path !== root && path !== run);
	const free = between.find((path) => !decided.some((one) => isWithin(one, path)) && isAlone(path, input));
	const problem = free === undefined ? undefined : problemOf(free);
	if (problem) {
		const values = { path: showPath(socket), directory: showPath(problem.path), option: String(problem.values.option ?? "") };
		notes.push({ code: values.option === "" ? "offered-socket-refused" : "offered-socket-asks", values });
	}
	return free === undefined || problem ? undefined : { path: free, ...ownerOf(free, input) };
}

/** Whether a directory belongs to the application alone, or does not exist yet, and nobody else can replace it. */
function isAlone(directory: Path, input: OfferedInput): boolean {
	const { files } = input;
	const status = files.status(directory);
	if (!plainName.test(directory) || !isProtected(directory, files, 0)) return false;
	if (status === undefined) return true;
	const changed = changedPlaces(input);
	const isOurs = ({ kind, uid }: FileStatus, path: Path) =>
		ownUids(input).has(uid) || (uid === 0 && (kind === "directory" || kind === "symlink")) || changed.has(path);
	if (status.kind !== "directory" || status.mode & 0o002 || !isOurs(status, directory)) return false;
	let entries = 0;
	for (const one of walkBelow(directory, files)) if (++entries > maxEntries || !isOurs(one.status, one.path)) return false;
	return true;
}

/** The application's accounts. A start as root owns what root owns. */
function ownUids({ identity, trace }: OfferedInput): Set<number> {
	return new Set([identity.uid, ...[...trace.uids].filter((uid) => uid > 0)]);
}

/** Real paths that the application changed. */
function changedPlaces({ files, trace }: OfferedInput): Set<Path> {
	return new Set([...trace.accesses.values()].filter(wantsToChange).map(({ path }) => placeOf(path, files)));
}

/** As on the host, or as the service manager or the application creates it. */
function ownerOf(
	directory: Path,
	{ application, directories, files, identity, trace }: OfferedInput,
): Omit<ServiceDirectory, "path"> {
	const there = files.status(directory);
	const set = directories.find(({ path }) => placeNamed(path, files) === directory);
	const found = there ?? set ?? { ...identity, mode: 0o755 };
	const given = [...trace.accesses.values()].find(({ owner, path }) => owner && placeOf(path, files) === directory)?.owner;
	const owner =
		there || !given ? found : { uid: given.uid < 0 ? found.uid : given.uid, gid: given.gid < 0 ? found.gid : given.gid };
	// RuntimeDirectory= names no owner, a line of tmpfiles.d(5) does.
	const isRuntime = application.directories
		.map(parseCreatedDirectory)
		.some((one) => one.owner === undefined && placeNamed(one.path, files) === directory);
	const below = directoriesBelow(directory, directories, files);
	return {
		uid: owner.uid,
		gid: owner.gid,
		mode: found.mode & 0o3777,
		...(isRuntime ? { isRuntime } : {}),
		...(below.length ? { below } : {}),
	};
}

/** Those that the service manager creates, with the ones on the way to them, which become root's (tmpfiles.d(5)). */
function directoriesBelow(top: Path, directories: OfferedInput["directories"], files: Files): DirectoryBelow[] {
	const safe = directories.filter(({ mode, path }) => !(mode & 0o002) && plainName.test(path));
	const owners = new Map(safe.map(({ gid, mode, path, uid }) => [placeNamed(path, files), { mode, uid, gid }]));
	const paths = [...owners.keys()].filter((path) => isWithin(path, top)).flatMap(directoriesTo);
	return [...new Set(paths)]
		.filter((path) => path !== top && isWithin(path, top))
		.sort()
		.map((path) => ({ path: path.slice(top.length + 1), ...(owners.get(path) ?? { uid: 0, gid: 0, mode: 0o755 }) }));
}

/** What a person should know about a directory that the cage and the host share. */
function notesAbout(directory: Path, input: OfferedInput): Note[] {
	const { files } = input;
	const changed = [...changedPlaces(input)].filter((path) => isWithin(path, directory));
	const others = [...walkBelow(directory, files)].filter(
		({ path, status }) => status.kind === "socket" && !changed.includes(path),
	);
	return others.length ? [{ code: "offered-beside", values: { directory: showPath(directory), paths: list(others) } }] : [];
}

const list = (found: readonly { readonly path: Path }[]) => found.map(({ path }) => showPath(path)).join(", ");
