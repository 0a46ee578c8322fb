import type { Note } from "../base/failure.ts";
import type { Files } from "../base/machine/facts.ts";
import { isWithin, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, startsEmpty } from "./areas.ts";
import { isInPlace, type WritablePlaces } from "./binds.ts";
import type { HostAccess } from "./host-access.ts";
import { isPidFile } from "./leftovers.ts";
import { placeOf } from "./links.ts";
import type { OfferedSocket, WritableDirectory } from "./plan.ts";
import { isProtected, plainName } from "./shared.ts";
import { wantsToChange } from "./writable.ts";

/**
 * Sockets and process numbers that clients and tools look for in a host directory that the cage cannot mount, such as /run itself or
 * another service's spool. The service has a directory of its own there; whoever starts it outside publishes these files alone.
 */

interface PublishedInput {
	readonly sockets: readonly OfferedSocket[];
	/** Directories of the cage's data. */
	readonly writable: readonly Pick<WritableDirectory, "path" | "seeds">[];
	/** Host directories with the service's sockets that the cage mounts. */
	readonly mounted: readonly Path[];
	/** See `planOfferedSockets`. */
	readonly mayMount: boolean;
	/** Real paths about which the administrator decided. */
	readonly decided: readonly Path[];
	readonly hostAccess: Pick<HostAccess, "belongsToOthers" | "isExecuted">;
	readonly trace: Trace;
	readonly files: Files;
}

interface PublishedPlan {
	readonly sockets: readonly OfferedSocket[];
	readonly pidFiles: readonly Path[];
	readonly notes: readonly Note[];
}

const run = pathFromText("/run");

/** Only root can replace a directory on the way to what is published, neither on the host nor in the cage's data. */
export function planPublished(input: PublishedInput): PublishedPlan {
	const { files, mounted, trace } = input;
	const tops = outermost(input.writable.map(({ path }) => path));
	const mayBePublished = (path: Path) => tops.includes(parent(path)) && isPublishable(path, input);
	// Created: many daemons write a temporary file, and rename it.
	const written = [...trace.accesses.values()].filter(
		({ path, succeeded }) => isPidFile(path) && (succeeded.has("write") || succeeded.has("create")),
	);
	const numbers = [...new Set(written.map(({ path }) => placeOf(path, files)))].sort();
	const isPublished = (path: Path) =>
		isWithin(path, run) && plainName.test(path) && (mounted.includes(parent(path)) || mayBePublished(path));
	return {
		sockets: input.sockets.map((socket) =>
			socket.reach === "cage" && mayBePublished(socket.path) ? { ...socket, reach: "link" } : socket,
		),
		pidFiles: numbers.filter(isPublished),
		notes: numbers
			.filter((path) => !isPublished(path) && areaOf(path) === "files")
			.map((path) => ({ code: "offered-pid-file", values: { path: showPath(path) } })),
	};
}

function isPublishable(path: Path, input: PublishedInput): boolean {
	const { decided, files, hostAccess, mayMount } = input;
	const directory = parent(path);
	const status = files.status(directory);
	const isDecided = decided.some((one) => isWithin(path, one));
	if (!mayMount || isDecided || areaOf(directory) !== "files" || !plainName.test(path)) return false;
	if (status?.kind !== "directory" || status.mode & 0o002 || !isProtected(directory, files, 0)) return false;
	if (directory !== run && hostAccess.isExecuted(directory)) return false;
	return startsEmpty(directory) || (hostAccess.belongsToOthers(directory) && holdsOnlySockets(directory, input));
}

/** Whether the application keeps nothing but its sockets there, so that the directory may be another one. */
function holdsOnlySockets(directory: Path, { files, sockets, trace, writable }: PublishedInput): boolean {
	const hasSeeds = writable.some(({ path, seeds }) => isWithin(path, directory) && seeds.length);
	const changed = [...trace.accesses.values()].filter(wantsToChange).map(({ path }) => placeOf(path, files));
	const inside = changed.filter((path) => path !== directory && isWithin(path, directory));
	return !hasSeeds && inside.every((path) => sockets.some((socket) => socket.path === path));
}

interface SocketOffer {
	readonly offeredSockets?: readonly OfferedSocket[];
}

/** The linked sockets of a cage whose directories are not in place. */
export function linkedSockets({ offeredSockets = [] }: SocketOffer, places: Pick<WritablePlaces, "inPlace">): Path[] {
	return offeredSockets.flatMap(({ path, reach }) => (reach === "link" && !isInPlace(path, places) ? [path] : []));
}

/** Whether a writable directory only holds linked sockets, and no state. */
export function holdsLinkedSockets(directory: Path, { offeredSockets = [] }: SocketOffer): boolean {
	return offeredSockets.some(({ path, reach }) => reach === "link" && parent(path) === directory);
}
