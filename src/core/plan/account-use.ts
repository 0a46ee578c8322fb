import type { Path } from "../path/path.ts";
import type { AccountKind } from "./accounts.ts";
import type { Entry, Plan, WritableDirectory } from "./plan.ts";

/** What depends on an account in a cage. */
export interface AccountUse {
	/** Entries and writable directories that it owns, sorted. */
	readonly paths: readonly Path[];
	/** The application starts as it or switches to it. */
	readonly runs: boolean;
	/** For a group: kept users with this primary group. */
	readonly users: readonly string[];
}

type Used = Pick<Plan, "entries" | "writable" | "accounts" | "identity">;

const remembered = new WeakMap<object, Map<string, AccountUse>>();

/** Returns what depends on an account. The account need not be kept: then these paths have an owner without a name. */
export function accountUse(plan: Used, kind: AccountKind, id: number): AccountUse {
	const uses = remembered.get(plan) ?? new Map<string, AccountUse>();
	remembered.set(plan, uses);
	const key = `${kind} ${id}`;
	const use = uses.get(key) ?? findUse(plan, kind, id);
	uses.set(key, use);
	return use;
}

type Owned = Readonly<Record<AccountKind, ReadonlyMap<number, readonly Path[]>>>;

const owned = new WeakMap<object, Owned>();

function findOwned({ entries, writable }: Used): Owned {
	const all = [...entries.filter(({ decision }) => decision === "include"), ...writable];
	return { user: byOwner(all, "uid"), group: byOwner(all, "gid") };
}

function byOwner(all: readonly (Entry | WritableDirectory)[], owner: "uid" | "gid"): ReadonlyMap<number, readonly Path[]> {
	const found = new Map<number, Set<Path>>();
	for (const one of all) {
		const paths = found.get(one[owner]);
		if (paths) paths.add(one.path);
		else found.set(one[owner], new Set([one.path]));
	}
	return new Map([...found].map(([id, paths]) => [id, [...paths].sort()]));
}

function findUse(plan: Used, kind: AccountKind, id: number): AccountUse {
	const all = owned.get(plan) ?? findOwned(plan);
	owned.set(plan, all);
	const { accounts, identity } = plan;
	const reasons = (
		kind === "user"
			? accounts.users.map(({ reason, uid }) => ({ id: uid, reason }))
			: accounts.groups.map(({ gid, reason }) => ({ id: gid, reason }))
	)
		.filter((one) => one.id === id)
		.map(({ reason }) => reason);
	const runs =
		id === (kind === "user" ? identity.uid : identity.gid) ||
		reasons.some((reason) => reason === "started-as" || reason === "switched-to") ||
		(kind === "user" && (accounts.nameless ?? []).includes(id));
	return {
		paths: all[kind].get(id) ?? [],
		runs,
		users: kind === "group" ? accounts.users.filter((user) => user.gid === id).map(({ name }) => name) : [],
	};
}
