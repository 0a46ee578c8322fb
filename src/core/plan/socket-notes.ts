import { syslogName } from "../confinement/launch.ts";
import type { Note } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, type Path, parent } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import { isAskedByLibc, mayReach, type SocketPolicy } from "./neighbours.ts";
import { allowedReason, socketWord } from "./opening-names.ts";
import type { WritableDirectory } from "./plan.ts";

interface SocketNotesInput {
	readonly trace: Trace;
	readonly files: Files;
	readonly policy: SocketPolicy;
	/** Real paths of sockets that the administrator allowed and the host has. */
	readonly allowed: readonly Path[];
	/** Directories of the host that the cage sees. */
	readonly binds: readonly Path[];
	readonly writable: readonly WritableDirectory[];
}

/** Sockets of the host that the application asked for and does not policy in its cage, each with the option that allows it. */
export function socketNotes({ allowed, binds, files, policy, trace, writable }: SocketNotesInput): Note[] {
	const isInCage = (path: Path) => [...binds, ...writable.map((one) => one.path)].some((place) => isWithin(path, place));
	const refused = unreachable(trace, policy, files).filter((path) => !isInCage(path));
	return [
		...refused.map((path) => ({ code: "socket-not-reached", values: { path: showPath(path), option: optionFor(path) } })),
		...allowed
			.filter((path) => !isInCage(path))
			.map((path) => ({ code: "socket-not-shared", values: { path: showPath(path), directory: showPath(parent(path)) } })),
	];
}

/** Real paths, sorted. */
function unreachable({ accesses }: Trace, policy: SocketPolicy, files: Files): Path[] {
	const asked = [...accesses.values()].filter(({ failed, path, succeeded }) => {
		const isAsked = [succeeded, ...failed.values()].some((operations) => operations.has("connect"));
		return isAsked && !succeeded.has("listen") && path !== syslogName;
	});
	return refusedSockets(
		asked.map(({ path }) => path),
		policy,
		files,
	);
}

/** Of these paths the sockets of the host that the application may not policy and might miss. Real paths, sorted. */
export function refusedSockets(paths: readonly Path[], policy: SocketPolicy, files: Files): Path[] {
	const real = paths.map((path) => placeOf(path, files));
	return [...new Set(real)]
		.filter((path) => files.status(path)?.kind === "socket" && !mayReach(path, policy, files) && !isAskedByLibc(path))
		.sort();
}

/** The option that allows a socket. */
export function optionFor(path: Path): string {
	const word = socketWord(path);
	return word === undefined ? "--bind" : allowedReason(word);
}
