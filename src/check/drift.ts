import { omitUndefined } from "../base/collections.ts";
import type { PackageRef } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import { entriesByPath, type Manifest } from "../cage/manifest.ts";
import { type Mark, markRules } from "../plan/marks.ts";

/** How the host's file differs from the one that was copied. */
export interface ChangedOrigin {
	readonly path: Path;
	readonly change: "changed" | "gone";
	/** The package that owned it when it was copied. */
	readonly was?: PackageRef;
}

export interface HostChanges {
	/** Sorted by path. */
	readonly changed: readonly ChangedOrigin[];
	/**
	 * True if a plan may differ anyway: a file's mode, owner or time changed, or a directory that goes in completely got a new
	 * file.
	 */
	readonly isTouched: boolean;
}

/** Changed files of one package. Without `package`: files that no package manager knows. */
export interface PackageDrift {
	readonly package?: string;
	/** Versions; `to` is absent if the package was removed. */
	readonly from?: string;
	readonly to?: string;
	/** The new version comes from a source of security updates, as far as the system knows. */
	readonly security: boolean;
	readonly files: readonly { readonly path: Path; readonly change: ChangedOrigin["change"] }[];
}

type FilesOfPackage = PackageDrift & { readonly files: { path: Path; change: ChangedOrigin["change"] }[] };

/**
 * Groups changed files by package, sorted by name. `now` are the current owners, `security` the packages with a security update.
 */
export function byPackage(
	changed: readonly ChangedOrigin[],
	now: ReadonlyMap<Path, PackageRef>,
	security: ReadonlySet<string>,
): PackageDrift[] {
	const groups = new Map<string, FilesOfPackage>();
	for (const { change, path, was } of changed) {
		const is = now.get(path);
		const name = is?.name ?? was?.name;
		const key = `${name ?? ""} ${was?.version ?? ""} ${is?.version ?? ""}`;
		const known = groups.get(key);
		if (known) known.files.push({ path, change });
		else
			groups.set(key, {
				...omitUndefined({ package: name }),
				...(was === undefined ? {} : { from: was.version }),
				...(is === undefined ? {} : { to: is.version }),
				security: name !== undefined && was?.version !== is?.version && security.has(name),
				files: [{ path, change }],
			});
	}
	return withOldFiles([...groups.values()]).sort((a, b) => ((a.package ?? "￿") < (b.package ?? "￿") ? -1 : 1));
}

/** Joins files that an upgrade removed, such as a library with its version in its name, to those that it changed. */
function withOldFiles(groups: readonly FilesOfPackage[]): FilesOfPackage[] {
	return groups.filter((gone) => {
		if (gone.package === undefined || gone.to !== undefined) return true;
		const upgraded = groups.find(
			({ from, package: name, to }) => name === gone.package && from === gone.from && to !== undefined,
		);
		upgraded?.files.push(...gone.files);
		return upgraded === undefined;
	});
}

/** Returns packages with another version: only for these does the source of the update matter. */
export function updatedPackages(drift: readonly PackageDrift[]): PackageRef[] {
	return drift.flatMap(({ from, package: name, to }) =>
		name !== undefined && to !== undefined && from !== to ? [{ name, version: to }] : [],
	);
}

/** Facts about the host's current files from a generation, so that a plan need not read them or ask for their packages. */
export function driftedPaths(drift: readonly PackageDrift[]): Set<Path> {
	return new Set(drift.flatMap(({ files }) => files.map(({ path }) => path)));
}

export function driftedPackages(drift: readonly PackageDrift[]): string[] {
	return [...new Set(drift.flatMap((one) => one.package ?? []))];
}

export interface KnownFiles {
	/** Returns undefined if the file has to be read. */
	marks(path: Path): readonly Mark[] | undefined;
	/** Returns the package of a file or link, if any; undefined if the package manager has to be asked. */
	owner(path: Path): { readonly package?: PackageRef } | undefined;
}

/** `drift` is what changed on the host since the build; `samePackages` means that no package was installed or removed since. */
export function knownFiles(manifest: Manifest, drift: readonly PackageDrift[], samePackages: boolean): KnownFiles {
	const entries = entriesByPath(manifest);
	const changed = driftedPaths(drift);
	const sameRules = manifest.marksBy === markRules();
	return {
		marks(path) {
			const entry = sameRules ? entries.get(path) : undefined;
			// Files that were edited in the cage, or were too new when they were copied, say nothing about the host's file.
			const isOfHost = entry?.origin === path && entry.source !== undefined && entry.edited === undefined;
			return isOfHost && !changed.has(path) ? entry.marks : undefined;
		},
		owner(path) {
			const entry = samePackages ? entries.get(path) : undefined;
			return entry && entry.edited === undefined && (entry.kind === "file" || entry.kind === "symlink") ? entry : undefined;
		},
	};
}
