import type { Note } from "../base/failure.ts";
import type { Files, Identity } from "../base/machine/facts.ts";
import { isWithin, normalise, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Bind } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, startsEmpty } from "./areas.ts";
import { isInPlace, type WritablePlaces } from "./binds.ts";
import type { HostAccess } from "./host-access.ts";
import { isPidFile } from "./leftovers.ts";
import { placeNamed, placeOf } from "./links.ts";
import type { OfferedSocket, WritableDirectory } from "./plan.ts";
import { isProtected, plainName } from "./shared.ts";
import { controlsMachine } from "./trusted-places.ts";
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
	readonly hostAccess: PublishingFacts["hostAccess"];
	readonly identity: PublishingFacts["identity"];
	/** Files of `--allow-write`. */
	readonly allowed: readonly string[];
	readonly trace: Trace;
	readonly files: Files;
}

interface PublishedPlan {
	readonly sockets: readonly OfferedSocket[];
	readonly pidFiles: readonly Path[];
	readonly notes: readonly Note[];
}

const run = pathFromText("/run");

/** Where a cage has what it publishes. */
interface PublishingPlaces {
	/** Directories of the cage's data. */
	readonly writable: readonly Path[];
	/** Host directories of the service itself that the cage mounts. */
	readonly mounted: readonly Path[];
}

/** The places of a built cage. */
export function publishingPlaces({
	binds,
	writable,
}: {
	readonly binds: readonly Bind[];
	readonly writable: readonly Pick<WritableDirectory, "path">[];
}): PublishingPlaces {
	const own = binds.filter(({ access, created }) => access === "rw" && created !== undefined && !created.isFile);
	return { writable: writable.map(({ path }) => path), mounted: own.map(({ path }) => pathFromText(path)) };
}

/** What this host says about the paths. */
export interface PublishingFacts {
	readonly files: Files;
	readonly hostAccess: Pick<HostAccess, "belongsToOthers" | "isExecuted">;
	/** The account that the application starts as. */
	readonly identity: Pick<Identity, "uid">;
	/** Files of `--allow-write`. */
	readonly allowed: readonly string[];
	/** Another machine described the cage. */
	readonly isForeign?: boolean;
}

export type PublishedKind = "socket" | "pid";

/** Whether a plan can publish a file at a path: it is directly in an outermost directory of the data, or in one of the service itself. */
export function isPublishedPath(kind: PublishedKind, path: Path, { mounted, writable }: PublishingPlaces): boolean {
	const directory = parent(path);
	if (!plainName.test(path) || normalise(path) !== path || areaOf(directory) !== "files") return false;
	if (kind === "socket") return outermost(writable).includes(directory);
	return isPidFile(path) && isWithin(path, run) && [...mounted, ...outermost(writable)].includes(directory);
}

/**
 * Whether root may put a cage's file at a path of this host, whoever wrote the manifest. Only root can replace a directory on the way,
 * and the host executes nothing there.
 */
export function mayPublish(kind: PublishedKind, path: Path, places: PublishingPlaces, facts: PublishingFacts): boolean {
	if (!isPublishedPath(kind, path, places)) return false;
	const { files, hostAccess } = facts;
	const directory = parent(path);
	if (kind === "pid" && places.mounted.includes(directory)) return !facts.isForeign || mayReplace(path, facts);
	const status = files.status(directory);
	if (kind === "pid" && status === undefined) return !facts.isForeign && isMadeAtStart(directory, files);
	if (status?.kind !== "directory" || status.mode & 0o002 || !isProtected(directory, files, 0)) return false;
	if (directory !== run && hostAccess.isExecuted(directory)) return false;
	return (startsEmpty(directory) || hostAccess.belongsToOthers(directory)) && mayReplace(path, facts);
}

/** Whether a start creates a directory that the host has only while the service runs: in one below /run where only root creates names. */
function isMadeAtStart(directory: Path, files: Files): boolean {
	const status = files.status(parent(directory));
	const isRoots = status?.kind === "directory" && status.uid === 0 && (status.mode & 0o022) === 0;
	return isRoots && isWithin(directory, run) && isProtected(directory, files, 0);
}

/**
 * Whether a file that the host has at a path may be the service's own, of an earlier start or without its cage. A start as root may give
 * its files to every account. Another machine's description proves nothing about root's files, nor about sockets that control the machine.
 */
function mayReplace(path: Path, { allowed, files, identity, isForeign = false }: PublishingFacts): boolean {
	if (allowed.some((text) => placeNamed(text, files) === path)) return true;
	if (isForeign && controlsMachine(path, 0)) return false;
	const there = files.status(path);
	if (there === undefined) return true;
	return identity.uid === 0 ? !isForeign : there.uid === identity.uid;
}

export function planPublished(input: PublishedInput): PublishedPlan {
	const { decided, files, mayMount, mounted, trace } = input;
	const places = { writable: input.writable.map(({ path }) => path), mounted };
	const isPublished = (kind: PublishedKind, path: Path) => {
		if (!mayPublish(kind, path, places, input)) return false;
		const directory = parent(path);
		if (mounted.includes(directory)) return true;
		const isDecided = decided.some((one) => isWithin(path, one));
		return mayMount && !isDecided && (startsEmpty(directory) || holdsOnlySockets(directory, input));
	};
	// Created: many daemons write a temporary file, and rename it.
	const written = [...trace.accesses.values()].filter(
		({ path, succeeded }) => isPidFile(path) && (succeeded.has("write") || succeeded.has("create")),
	);
	const numbers = [...new Set(written.map(({ path }) => placeOf(path, files)))].sort();
	return {
		sockets: input.sockets.map((socket) =>
			socket.reach === "cage" && isPublished("socket", socket.path) ? { ...socket, reach: "link" } : socket,
		),
		pidFiles: numbers.filter((path) => isPublished("pid", path)),
		notes: numbers
			.filter((path) => !isPublished("pid", path) && areaOf(path) === "files")
			.map((path) => ({ code: "offered-pid-file", values: { path: showPath(path) } })),
	};
}

/** Whether the application keeps nothing but its sockets there, so that the directory may be another one. */
function holdsOnlySockets(directory: Path, { files, sockets, trace, writable }: PublishedInput): boolean {
	const hasSeeds = writable.some(({ path, seeds }) => isWithin(path, directory) && seeds.length);
	const changed = [...trace.accesses.values()].filter(wantsToChange).map(({ path }) => placeOf(path, files));
	const inside = changed.filter((path) => path !== directory && isWithin(path, directory));
	return !hasSeeds && inside.every((path) => sockets.some((socket) => socket.path === path));
}

/** What a cage publishes on a host, as its manifest names it. */
export function namedFiles({ offeredSockets = [], pidFiles = [] }: SocketOffer & { readonly pidFiles?: readonly Path[] }) {
	const sockets = offeredSockets.flatMap(({ path, reach }) => (reach === "link" ? [path] : []));
	return [
		...sockets.map((path) => ({ kind: "socket" as const, path })),
		...pidFiles.map((path) => ({ kind: "pid" as const, path })),
	];
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
