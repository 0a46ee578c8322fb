import type { Manifest } from "../cage/manifest.ts";
import { isWithin, outermost, type Path, pathFromText } from "../path/path.ts";
import { areaOf, isSystemDirectory } from "../plan/areas.ts";

/** The outermost directories of state that a service takes with it. What is emptied at each boot anyway (FHS 3.15) is none. */
export function placesOf({ writable }: Pick<Manifest, "writable">): Path[] {
	const paths = writable.map(({ path }) => path).filter((path) => !isVolatile(path));
	return outermost(paths);
}

/** A directory that others keep their state in as well: it cannot be taken along, and never be put back. */
export function sharedWithOthers(places: readonly Path[]): Path | undefined {
	return places.find(isSystemDirectory);
}

const volatile = ["/run", "/var/run", "/dev/shm"].map(pathFromText);

function isVolatile(path: Path): boolean {
	return areaOf(path) === "temporary" || volatile.some((top) => isWithin(path, top));
}
