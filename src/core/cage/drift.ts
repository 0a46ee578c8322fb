import type { Path } from "../path/path.ts";
import type { PackageRef } from "../plan/plan.ts";

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
