import { join, type Path, pathFromText } from "../../path/path.ts";

/** A file of the service that the host has at `target`: a socket, or the number of one of its processes. */
export interface PublishedFile {
	readonly kind: "socket" | "pid";
	/** The service's own file on the host. Only root can replace a directory on the way; the service owns the name. */
	readonly source: Path;
	/** A name in a folder that only root can enter, on the file system of the source. */
	readonly staged: Path;
	readonly target: Path;
}

/** A directory below /run that a start creates for the cage. */
interface VolatileDirectory {
	readonly source: Path;
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
}

export interface PublishedFiles {
	readonly files: readonly PublishedFile[];
	/** Outermost first. */
	readonly directories: readonly VolatileDirectory[];
	/** Holds these directories. A start creates it, and it is removed when the service stops. */
	readonly folder: Path;
}

/** Where the directories below /run of an adopted service are. */
export function volatileFolder(service: string): Path {
	return join(pathFromText("/run/cagewright"), pathFromText(service));
}
