import { Failure } from "../base/failure.ts";
import type { Files } from "../base/machine/facts.ts";
import { isWithin, join, normalise, type Path, parent, pathFromText, pathToText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Rules } from "../service/application.ts";
import { mayBeBound } from "./areas.ts";
import { placeNamed } from "./links.ts";
import { optionFor } from "./neighbours.ts";

/** Throws `bind-unknown` and `bind-socket` (exit 2), and `bind-refused` (exit 4) for a directory that would expose the host's own tree. */
export function checkBind(path: string, files: Files): void {
	const real = files.resolve(normalise(pathFromText(path)));
	if (real === undefined) throw new Failure("bind-unknown", { path }, 2);
	if (!mayBeBound(real)) throw new Failure("bind-refused", { path }, 4);
	if (files.status(real)?.kind === "socket") throw new Failure("bind-socket", { path, option: optionFor(real) }, 2);
}

/** The host directories that the application may change. */
export function writableBinds(binds: Rules["binds"]): Path[] {
	return binds.flatMap(({ access, created, path }) => (access === "rw" && !created?.isFile ? [pathFromText(path)] : []));
}

/** Replaces bind paths by their real places, because mount(8) would follow links wherever they lead at that time. */
export function realBinds(binds: Rules["binds"], files: Files): Rules["binds"] {
	return binds.map((bind) => ({ ...bind, path: pathToText(placeNamed(bind.path, files)) ?? bind.path }));
}

const run = pathFromText("/run");

/**
 * Whether a directory may be mounted inside a writable one. A service with a file of its own directly in /run also uses sockets of
 * others there. The start makes sure that such a mount point is a directory.
 */
export function isMountableInside(path: Path, writable: Path): boolean {
	return writable === run && parent(path) === run;
}

/**
 * Cages mount only on directories of their own generation. The application or the host could replace a mount point inside a
 * writable directory or another bind with a link. `isMountableInside` names the exception. Throws `bind-below-writable` and `bind-below-bind` (exit 2).
 */
export function refuseNestedBinds(binds: readonly Path[], writable: readonly Path[]): void {
	const above = (path: Path, all: readonly Path[]) => all.find((one) => one !== path && isWithin(path, one));
	for (const path of binds) {
		const directory = above(
			path,
			writable.filter((one) => !isMountableInside(path, one)),
		);
		const bind = above(path, binds);
		const values = { path: showPath(path), above: showPath(directory ?? bind ?? path) };
		if (directory !== undefined) throw new Failure("bind-below-writable", values, 2);
		if (bind !== undefined) throw new Failure("bind-below-bind", values, 2);
	}
}

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
