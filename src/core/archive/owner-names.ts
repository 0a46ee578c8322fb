import type { Manifest } from "../cage/manifest.ts";
import type { Group, User } from "../machine/facts.ts";
import type { Trace } from "../trace/trace.ts";

/** Names of accounts by number, because each machine has its own numbers. */
export interface OwnerNames {
	readonly users: Readonly<Record<string, string>>;
	readonly groups: Readonly<Record<string, string>>;
}

export interface OwnerIds {
	readonly uids: ReadonlySet<number>;
	readonly gids: ReadonlySet<number>;
}

/** Whether a foreign name may be part of shell commands, which messages and exports show, and of files for systemd. */
export function isAccountWord(name: string): boolean {
	return /^[\p{L}\p{N}_][\p{L}\p{N}_.@\\+-]{0,79}\$?$/u.test(name);
}

/** Returns every number that the manifest or the trace contains. */
export function ownerIds({ accounts, binds, entries, identity, writable }: Manifest, trace: Trace | undefined): OwnerIds {
	const created = binds.flatMap((bind) => bind.created ?? []);
	const owned = [...entries, ...writable, ...created, identity, ...accounts.users, ...owners(trace)];
	return {
		uids: new Set([...owned.map(({ uid }) => uid), ...(accounts.nameless ?? []), ...(trace?.uids ?? [])]),
		gids: new Set([
			...owned.map(({ gid }) => gid),
			...identity.groups,
			...accounts.groups.map(({ gid }) => gid),
			...(trace?.gids ?? []),
		]),
	};
}

function owners(trace: Trace | undefined) {
	return [...(trace?.accesses.values() ?? [])].flatMap(({ owner }) => owner ?? []);
}

export function ownerNames({ gids, uids }: OwnerIds, users: readonly User[], groups: readonly Group[]): OwnerNames {
	// The first name of a number is the one that getpwuid(3) returns.
	const named = (pairs: readonly (readonly [number, string])[], ids: ReadonlySet<number>) =>
		Object.fromEntries(pairs.filter(([id]) => ids.has(id)).reverse());
	return {
		users: named(
			users.map(({ name, uid }) => [uid, name] as const),
			uids,
		),
		groups: named(
			groups.map(({ gid, name }) => [gid, name] as const),
			gids,
		),
	};
}
