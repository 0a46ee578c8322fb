import { type Path, pathFromText } from "../../core/path/path.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { Packages } from "../../engine/ports.ts";
import { Claims } from "./claims.ts";
import { type Database, databases, type LookingFiles } from "./databases.ts";
import { securityUpdates } from "./security.ts";

/** Files that each package manager writes when anything is installed or removed. */
const records = [
	"/var/lib/dpkg/status",
	"/usr/lib/apk/db/installed",
	"/lib/apk/db/installed",
	"/var/lib/pacman/local",
	"/usr/lib/sysimage/rpm/rpmdb.sqlite",
	"/var/lib/rpm/rpmdb.sqlite",
	"/var/lib/rpm/Packages",
].map(pathFromText);

/**
 * Which package each file belongs to, from the package manager's own records. All but rpm's are text and read directly: that takes a fraction of
 * the time of their tools, and needs none of them. A path that several packages share (most directories are) has no owner. A machine may have the tools
 * and an empty database of another family too: the first that knows any of the files answers for all.
 */
export function systemPackages(files: LookingFiles): Packages {
	return {
		async owners(paths) {
			return (await ownersOf(paths, files))?.owners ?? new Map<Path, PackageRef>();
		},
		async related(path) {
			const known = await ownersOf([path], files);
			const owner = known?.owners.get(path);
			return known && owner ? known.database.related(owner, known.place, files) : [];
		},
		security: securityUpdates,
		changedAt: () => Math.max(0, ...records.map((place) => files.status(place)?.mtime ?? 0)),
	};
}

interface Known {
	readonly owners: Map<Path, PackageRef>;
	readonly database: Database;
	readonly place: Path;
}

async function ownersOf(paths: readonly Path[], files: LookingFiles): Promise<Known | undefined> {
	for (const database of databases) {
		const place = (database.places as readonly Path[]).find((each) => files.status(each) !== undefined);
		if (place === undefined) continue;
		const claims = new Claims(paths, files);
		await database.claimAll(claims, place, files);
		const owners = claims.owners();
		if (owners.size > 0) return { owners, database, place };
	}
	return undefined;
}
