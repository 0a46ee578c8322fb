import type { Rules } from "../application/application.ts";
import { Failure } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, pathFromText, pathToText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { placeOf } from "./links.ts";

/** Binds by where they really are: a mount would follow the links of a name, wherever they lead by then. */
export function realBinds(binds: Rules["binds"], files: Files): Rules["binds"] {
	return binds.map((bind) => ({ ...bind, path: pathToText(placeOf(normalise(pathFromText(bind.path)), files)) ?? bind.path }));
}

/**
 * What is mounted in a cage is mounted on directories of the cage's own. Below a writable directory or another bind it would be one of the
 * application's or the host's, which may become a link. Throws `bind-below-writable` and `bind-below-bind` (exit 2).
 */
export function refuseNestedBinds(binds: readonly Path[], writable: readonly Path[]): void {
	const above = (path: Path, all: readonly Path[]) => all.find((one) => one !== path && isWithin(path, one));
	for (const path of binds) {
		const directory = above(path, writable);
		const bind = above(path, binds);
		const values = { path: showPath(path), above: showPath(directory ?? bind ?? path) };
		if (directory !== undefined) throw new Failure("bind-below-writable", values, 2);
		if (bind !== undefined) throw new Failure("bind-below-bind", values, 2);
	}
}
