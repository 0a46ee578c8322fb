import type { Path } from "../base/path/path.ts";

/**
 * What a running service shares with others, as configuration and programs name it. A trace shows only the paths that its few
 * requests used: a web server is not asked for each of its sites, and an application server for none of its scripts.
 */
export interface Company {
	/** Sockets of other running services. */
	readonly neighbours: readonly NamedNeighbour[];
	/** Configuration of clients that names the service's own sockets, ports or files. */
	readonly clientFiles: readonly Path[];
}

/** A unix socket on which another service listened when the application was traced. */
export interface NeighbourSocket {
	/** Real path. */
	readonly path: Path;
	/** Full name of the unit. */
	readonly service: string;
}

export interface NamedNeighbour extends NeighbourSocket {
	/** The configuration, program or library that names it, and the path as it is written there. */
	readonly by: Path;
	readonly name: Path;
}

/** Content that configuration names: its path as written there, and the file that names it. */
export interface NamedContent {
	readonly path: Path;
	readonly by: Path;
}
