import { normalise, type Path } from "../path/path.ts";
import { type LinkFiles, placeOf } from "../plan/links.ts";
import type { Manifest } from "./manifest.ts";

/** Where a path of the cage leads by the links in it. */
export function placeInCage(path: Path, { entries }: Manifest): Path {
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	const files: LinkFiles = {
		status: (one) => byPath.get(one),
		readLink: (one) => byPath.get(one)?.target,
	};
	return placeOf(normalise(path), files);
}
