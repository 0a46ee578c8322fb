import type { Path } from "../path/path.ts";
import { type Mark, markRules } from "../plan/marks.ts";
import type { PackageRef } from "../plan/plan.ts";
import { entriesByPath, type Manifest } from "./manifest.ts";

/** What became of the host's file that an entry of a generation was copied from. */
export interface ChangedOrigin {
	readonly path: Path;
	readonly change: "changed" | "gone";
	/** The package that owned it when it was copied. */
	readonly was?: PackageRef;
}

export interface HostChanges {
	/** Sorted by path. */
	readonly changed: readonly ChangedOrigin[];
	/** True where a plan may be another one all the same: rights, owner or time of a file are others, or something was put into a folder that goes in whole. */
	readonly isTouched: boolean;
}

/** The same files, told by the package that brought them. Without a package: what no package manager knows of. */
export interface PackageDrift {
	readonly package?: string;
	/** Versions; `to` is absent where the package is gone. */
	readonly from?: string;
	readonly to?: string;
	/** The host's new version comes from a source of security updates, as far as the system knows. */
	readonly security: boolean;
	readonly files: readonly { readonly path: Path; readonly change: ChangedOrigin["change"] }[];
}

/** `now` are the owners of today, `security` the names of packages whose version of today is a security update. Sorted by name. */
export function byPackage(
	changed: readonly ChangedOrigin[],
	now: ReadonlyMap<Path, PackageRef>,
	security: ReadonlySet<string>,
): PackageDrift[] {
	const groups = new Map<string, PackageDrift & { files: { path: Path; change: ChangedOrigin["change"] }[] }>();
	for (const { change, path, was } of changed) {
		const is = now.get(path);
		const name = is?.name ?? was?.name;
		const key = `${name ?? ""} ${was?.version ?? ""} ${is?.version ?? ""}`;
		const known = groups.get(key);
		if (known) known.files.push({ path, change });
		else
			groups.set(key, {
				...(name === undefined ? {} : { package: name }),
				...(was === undefined ? {} : { from: was.version }),
				...(is === undefined ? {} : { to: is.version }),
				security: name !== undefined && was?.version !== is?.version && security.has(name),
				files: [{ path, change }],
			});
	}
	return [...groups.values()].sort((a, b) => ((a.package ?? "￿") < (b.package ?? "￿") ? -1 : 1));
}

/** Packages whose version differs: only of those is it worth asking where the new one came from. */
export function updatedPackages(drift: readonly PackageDrift[]): PackageRef[] {
	return drift.flatMap(({ from, package: name, to }) =>
		name !== undefined && to !== undefined && from !== to ? [{ name, version: to }] : [],
	);
}

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
	const sameRules = manifest.marksBy === markRules();
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
