import type { FileStatus, Files, Group, User } from "../machine/facts.ts";
import { etc, isWithin, join, outermost, type Path, parent, pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { isSharedAccountName } from "./dedicated.ts";
import { placeOf } from "./links.ts";
import { headSize } from "./marks.ts";

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
