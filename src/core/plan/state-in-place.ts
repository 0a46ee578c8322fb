import { placesOf } from "../adoption/adoption.ts";
import type { Rules } from "../application/application.ts";
import { directoriesTo, type Files, untrustedComponents } from "../machine/facts.ts";
import { isWithin, type Path } from "../path/path.ts";
import type { HostAccess } from "./host-access.ts";
import type { Identity, WritableDirectory } from "./plan.ts";

interface StateInput {
	readonly writable: readonly Pick<WritableDirectory, "path">[];
	/** Directories that are in place already. They stay, because a cage that lost sight of its state would start with an empty one. */
	readonly before: readonly Path[];
	readonly rules: Pick<Rules, "allow" | "allowWrite">;
	readonly hostAccess: Pick<HostAccess, "isOwnDirectory">;
	readonly files: Files;
	/** The account that the application starts as. */
	readonly identity: Pick<Identity, "uid">;
}

/**
 * Decides which directories of a service's state stay where the host has them. The others are copied: those that do not exist yet,
 * those that the cage must not change on the host without a consent, those whose path another account could redirect, and those with
 * file systems mounted below, which a mount of the directory alone would hide.
 */
export function stateInPlace({ before, files, hostAccess, identity, rules, writable }: StateInput): Path[] {
	const mounts = files.mounts();
	return placesOf({ writable }).filter((path) => {
		if (before.some((one) => isWithin(path, one) || isWithin(one, path))) return true;
		const way = directoriesTo(path).flatMap((one) => {
			const status = files.status(one);
			return status ? [{ path: one, ...status }] : [];
		});
		const isThere = way.at(-1)?.path === path && way.every(({ kind }) => kind === "directory");
		const isRedirected = untrustedComponents(way, identity.uid).some(
			({ fault, part }) => fault !== "writable" || (part.mode & 0o002) !== 0,
		);
		const hides = mounts.some((mount) => mount.path !== path && isWithin(mount.path, path));
		return isThere && !isRedirected && !hides && hostAccess.isOwnDirectory(path, rules);
	});
}
