import type { Rules } from "../application/application.ts";
import { Failure } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, parent, pathFromText, pathToText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { mayBeBound } from "./areas.ts";
import { placeNamed } from "./links.ts";

/** Throws `bind-unknown` (exit 2), and `bind-refused` (exit 4) for a directory that would expose the host's own tree. */
export function checkBind(path: string, files: Files): void {
	const real = files.resolve(normalise(pathFromText(path)));
	if (real === undefined) throw new Failure("bind-unknown", { path }, 2);
	if (!mayBeBound(real)) throw new Failure("bind-refused", { path }, 4);
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
