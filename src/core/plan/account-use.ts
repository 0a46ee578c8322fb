import type { Path } from "../path/path.ts";
import { atOnce, type Pausable } from "../pausable.ts";
import type { AccountKind } from "./accounts.ts";
import type { Plan } from "./plan.ts";

/** What in a cage hangs on one of its accounts by name. */
export interface AccountUse {
	/** Entries and writable directories that belong to it; sorted. */
	readonly paths: readonly Path[];
	/** The application starts as it, or changes to it. */
	readonly runs: boolean;
	/** Of a group: kept users whose own group it is. */
	readonly users: readonly string[];
}

type Used = Pick<Plan, "entries" | "writable" | "accounts" | "identity">;

const remembered = new WeakMap<object, Map<string, AccountUse>>();

/** Asked for with each frame: of a large plan it is remembered. For an account that is kept, and for one that is not: then it is what has no name. */
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

/** In turns, so that no key waits for it. */
export function* prepareAccountUse(plan: Used): Pausable<void> {
	if (!owned.has(plan)) owned.set(plan, yield* findOwned(plan));
}

/** What belongs to whom. Of a plan the entries are sorted; what comes beside them finds its place. */
function* findOwned({ entries, writable }: Used): Pausable<Owned> {
	const found = { user: new Map<number, Path[]>(), group: new Map<number, Path[]>() };
	for (const [at, { decision, gid, path, uid }] of entries.entries()) {
		if (at % 500 === 0) yield;
		if (decision !== "include") continue;
		put(found.user, uid, path);
		put(found.group, gid, path);
	}
	for (const { gid, path, uid } of writable) {
		put(found.user, uid, path);
		put(found.group, gid, path);
	}
	return found;
}

/** Where it belongs in a sorted list, once. */
function put(lists: Map<number, Path[]>, id: number, path: Path): void {
	const list = lists.get(id) ?? [];
	lists.set(id, list);
	let from = 0;
	// Nearly always it is the last.
	for (let to = list.length, middle = to - 1; from < to; middle = (from + to) >> 1) {
		const one = list[middle] as Path;
		if (one === path) return;
		if (one < path) from = middle + 1;
		else to = middle;
	}
	list.splice(from, 0, path);
}

function findUse(plan: Used, kind: AccountKind, id: number): AccountUse {
	const all = owned.get(plan) ?? atOnce(findOwned(plan));
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
