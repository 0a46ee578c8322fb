import type { PackageContents, PackageRef } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";

export interface Packages {
	/** The package that owns each path, in one query. Paths without an owner are absent. Never throws on an unknown system. */
	owners(paths: readonly Path[]): Promise<Map<Path, PackageRef>>;
	/** Names of the packages whose given version comes from a security archive, as far as the system knows. */
	security(packages: readonly PackageRef[]): Promise<ReadonlySet<string>>;
	/** Time of the last package change, milliseconds since 1970; 0 if unknown. */
	changedAt(): number;
	/**
	 * The contents of the package that owns a path, then of those built from the same source. Empty without an owner. Never
	 * throws. A known `owner` saves reading the records of all packages.
	 */
	related(path: Path, owner?: PackageRef): Promise<readonly PackageContents[]>;
}

export interface Documents {
	/** A text file, also gzipped. Undefined if it cannot be read or has another compression. Never throws. */
	text(path: Path): string | undefined;
}
