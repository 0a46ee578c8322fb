import { isWithin, join, type Path } from "../path/path.ts";

/** Where the content of a cage's writable directories is on the host. */
export interface WritablePlaces {
	/** The cage's data folder. The content of PATH is at `data/PATH`, unless it is in place. */
	readonly data: Path;
	/**
	 * Host directories that the cage mounts at their own path, because they belong to the service and its other users (clients,
	 * backups, tools) look for them there. They are never created, moved or removed together with the cage.
	 */
	readonly inPlace: readonly Path[];
}

/** Whether a writable directory is the host's own, or inside one that is. */
export function isInPlace(path: Path, { inPlace }: Pick<WritablePlaces, "inPlace">): boolean {
	return inPlace.some((directory) => isWithin(path, directory));
}

/** Returns the host directory that is mounted over a writable one. */
export function sourceOf(path: Path, places: WritablePlaces): Path {
	return isInPlace(path, places) ? path : join(places.data, path.slice(1));
}
