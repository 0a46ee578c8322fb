import {
	directoriesTo,
	type FileStatus,
	type Files,
	type Group,
	type Identity,
	type User,
	untrustedComponents,
} from "../base/machine/facts.ts";
import { etc, isWithin, join, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Rules } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, isHome } from "./areas.ts";
import { isSharedAccountName } from "./dedicated.ts";
import type { HostAccess } from "./host-access.ts";
import { placeOf } from "./links.ts";
import { headSize } from "./marks.ts";
import type { WritableDirectory } from "./plan.ts";

/** Where packages keep the state of services, in directories of their own (hier(7)). */
const stateTops = ["/var/lib", "/var/cache", "/var/spool", "/var/log"].map(pathFromText);

interface OwnStateInput {
	readonly trace: Trace;
	/** Accounts and groups of the application. */
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly files: Files;
}

/** Whether a directory is below one of the places where services keep their state. */
export function isInStateTop(path: Path): boolean {
	return stateTops.some((top) => path !== top && isWithin(path, top));
}

/**
 * Returns the state directories in which the application used a file and may write, although this run wrote nothing there: a name
 * server writes beside its zones at the first update. Accounts that several services use (www-data) prove nothing.
 */
export function usedStateDirectories({ files, gids, groups, trace, uids, users }: OwnStateInput): Path[] {
	const ownUids = ownOnly(uids, (id) => users.find(({ uid }) => uid === id)?.name);
	const ownGids = ownOnly(gids, (id) => groups.find(({ gid }) => gid === id)?.name);
	const mayWrite = ({ gid, mode, uid }: FileStatus) => ownUids.has(uid) || (ownGids.has(gid) && (mode & 0o020) !== 0);
	const used = [...trace.accesses.values()].flatMap(({ path, succeeded }) =>
		succeeded.size ? [parent(placeOf(path, files))] : [],
	);
	return [...new Set(used)].filter((path) => {
		const status = isInStateTop(path) ? files.status(path) : undefined;
		return status?.kind === "directory" && mayWrite(status);
	});
}

/** Returns the state directories of which the application asked whether it may write to them or their files, and could. */
export function testedStateDirectories({ files, trace }: Pick<OwnStateInput, "files" | "trace">): Path[] {
	return [...trace.writeTests]
		.map((path) => placeOf(path, files))
		.map((path) => (files.status(path)?.kind === "directory" ? path : parent(path)))
		.filter(isInStateTop);
}

/**
 * Returns those of the places that the application's own configuration names which are directories of one of its accounts: a storage
 * server uses those of its disks only when the first object arrives.
 */
export function namedStateDirectories(named: readonly Path[], { files, uids, users }: OwnStateInput): Path[] {
	const own = ownOnly(uids, (id) => users.find(({ uid }) => uid === id)?.name);
	if (!own.size) return [];
	return named.filter((path) => {
		const status = areaOf(path) === "files" ? files.status(path) : undefined;
		return status?.kind === "directory" && own.has(status.uid) && !isHome(path);
	});
}

/**
 * Returns the directories directly in those places that belong to one of the application's accounts and that the run did not use.
 * A directory that contains a used one is left out, because other instances of the service may have theirs there.
 */
export function unusedStateDirectories({ files, uids, users }: OwnStateInput, used: readonly Path[]): Path[] {
	const own = ownOnly(uids, (id) => users.find(({ uid }) => uid === id)?.name);
	if (!own.size) return [];
	return stateTops
		.flatMap((top) => files.list(top).map((name) => join(top, name)))
		.filter((path) => {
			const status = files.status(path);
			return status?.kind === "directory" && own.has(status.uid) && !used.some((one) => isWithin(one, path));
		});
}

/** A file that says of itself that a program writes it. */
const generated = /\bauto-?generated\b|\bdo not edit\b/i;

/**
 * Returns the outermost directories of configuration that the service itself writes when a client asks it to (cn=config of slapd):
 * they belong to one of its accounts, and so does a file in them that says that a program writes it.
 */
export function writtenConfiguration({ files, trace, uids, users }: OwnStateInput): Path[] {
	const own = ownOnly(uids, (id) => users.find(({ uid }) => uid === id)?.name);
	const read = [...trace.accesses.values()]
		.filter(({ succeeded }) => succeeded.has("read"))
		.map(({ path }) => placeOf(path, files));
	const found = read.filter((path) => {
		const directory = parent(path);
		if (directory === etc || !isWithin(directory, etc)) return false;
		const isOwn = [path, directory].every((one) => own.has(files.status(one)?.uid ?? 0));
		return isOwn && files.status(path)?.kind === "file" && generated.test(files.read(path, headSize)?.toString("latin1") ?? "");
	});
	return outermost([...new Set(found.map(parent))]);
}

function ownOnly(ids: ReadonlySet<number>, nameOf: (id: number) => string | undefined): ReadonlySet<number> {
	return new Set([...ids].filter((id) => id > 0 && !isSharedAccountName(nameOf(id) ?? "")));
}

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

/** Returns the outermost state directories that move with a service, without those that are emptied at each boot (FHS 3.15). */
export function placesOf({ writable }: { readonly writable: readonly Pick<WritableDirectory, "path">[] }): Path[] {
	const paths = writable.map(({ path }) => path).filter((path) => !isVolatile(path));
	return outermost(paths);
}

const volatile = ["/run", "/var/run", "/dev/shm"].map(pathFromText);

function isVolatile(path: Path): boolean {
	return areaOf(path) === "temporary" || volatile.some((top) => isWithin(path, top));
}
