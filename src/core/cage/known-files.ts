import type { Path } from "../path/path.ts";
import { type Mark, rulesOfMarks } from "../plan/marks.ts";
import type { PackageRef } from "../plan/plan.ts";
import type { PackageDrift } from "./drift.ts";
import { entriesByPath, type Manifest } from "./manifest.ts";

/** What a generation tells of the host's files today, so that a plan need neither read them nor ask for their packages. */
export interface KnownFiles {
	/** What the content is known by; undefined where it has to be read. */
	marks(path: Path): readonly Mark[] | undefined;
	/** The package that a file or link is of, or none; undefined where that has to be asked. */
	owner(path: Path): { readonly package?: PackageRef } | undefined;
}

/** `drift` is what the host has anew since the generation was made; `samePackages` says that none was installed or removed since. */
export function knownFiles(manifest: Manifest, drift: readonly PackageDrift[], samePackages: boolean): KnownFiles {
	const entries = entriesByPath(manifest);
	const changed = new Set(drift.flatMap(({ files }) => files.map(({ path }) => path)));
	const sameRules = manifest.marksBy === rulesOfMarks();
	return {
		marks(path) {
			const entry = sameRules ? entries.get(path) : undefined;
			// What was edited in the cage, or was too fresh when it was copied, says nothing of the host's file.
			const isOfHost = entry?.origin === path && entry.source !== undefined && entry.edited === undefined;
			return isOfHost && !changed.has(path) ? entry.marks : undefined;
		},
		owner(path) {
			const entry = samePackages ? entries.get(path) : undefined;
			return entry && entry.edited === undefined && (entry.kind === "file" || entry.kind === "symlink") ? entry : undefined;
		},
	};
}
