import type { Path } from "../path/path.ts";
import type { AccountKind } from "./accounts.ts";
import type { Plan } from "./plan.ts";

/** Everything that depends on an account in a cage. */
export interface AccountUse {
	/** Entries and writable directories that it owns, sorted. */
	readonly paths: readonly Path[];
	/** The application starts as it or switches to it. */
	readonly runs: boolean;
	/** For a group: kept users with this primary group. */
	readonly users: readonly string[];
}

type Used = Pick<Plan, "entries" | "writable" | "accounts" | "identity">;

/** Returns what depends on an account. The account need not be kept: then these paths have an owner without a name. */
export function accountUse({ accounts, entries, identity, writable }: Used, kind: AccountKind, id: number): AccountUse {
	const isUser = kind === "user";
	const owned = [...entries.filter(({ decision }) => decision === "include"), ...writable].filter(
		({ gid, uid }) => (isUser ? uid : gid) === id,
	);
	const kept = isUser ? accounts.users.filter(({ uid }) => uid === id) : accounts.groups.filter(({ gid }) => gid === id);
	return {
		paths: [...new Set(owned.map(({ path }) => path))].sort(),
		runs:
			id === (isUser ? identity.uid : identity.gid) ||
			kept.some(({ reason }) => reason === "started-as" || reason === "switched-to") ||
			(isUser && !!accounts.nameless?.includes(id)),
		users: isUser ? [] : accounts.users.filter(({ gid }) => gid === id).map(({ name }) => name),
	};
}
