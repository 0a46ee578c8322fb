import type { Path } from "../path/path.ts";
import { type Mark, rulesOfMarks } from "../plan/marks.ts";
import type { PackageDrift } from "./drift.ts";
import { entriesByPath, type Manifest } from "./manifest.ts";

/**
 * The marks of the host's files that are still what a generation was copied from, so that a plan need not read them again. `drift` is what is not. Nothing
 * is known where the marks were told by other rules than today's.
 */
export function knownMarks(manifest: Manifest, drift: readonly PackageDrift[]): (path: Path) => readonly Mark[] | undefined {
	if (manifest.marksBy !== rulesOfMarks()) return () => undefined;
	const entries = entriesByPath(manifest);
	const changed = new Set(drift.flatMap(({ files }) => files.map(({ path }) => path)));
	return (path) => {
		const entry = entries.get(path);
		// What was edited in the cage, or was too fresh when it was copied, says nothing of the host's file.
		const isOfHost = entry?.origin === path && entry.source !== undefined && entry.edited === undefined;
		return isOfHost && !changed.has(path) ? entry.marks : undefined;
	};
}
