import { Failure } from "../failure.ts";
import type { Group, User } from "../machine/facts.ts";
import type { Identity } from "../plan/plan.ts";

const rootIdentity: Identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };

/**
 * The account of `user`, `user:group` or ids, with the supplementary groups that the host gives it (they matter: ssl-cert lets a
 * service read its key). Without one it is root, without groups. Throws `account-unknown` or `group-unknown` (exit 2).
 */
export function resolveIdentity(account: string | undefined, users: readonly User[], groups: readonly Group[]): Identity {
	if (account === undefined || account === "") return rootIdentity;
	const [userName = "", groupName] = account.split(":");
	const user = users.find((one) => one.name === userName) ?? users.find((one) => String(one.uid) === userName);
	const uid = user?.uid ?? numeric(userName);
	if (uid === undefined) throw new Failure("account-unknown", { account: userName }, 2);
	let gid = user?.gid ?? uid;
	if (groupName !== undefined) {
		const group = groups.find((one) => one.name === groupName);
		const named = group?.gid ?? numeric(groupName);
		if (named === undefined) throw new Failure("group-unknown", { group: groupName }, 2);
		gid = named;
	}
	const name = user?.name ?? userName;
	if (uid === 0) return { ...rootIdentity, gid };
	return {
		name,
		uid,
		gid,
		groups: groups.filter((group) => group.gid !== gid && group.members.includes(name)).map((group) => group.gid),
		home: user?.home ?? "/",
	};
}

/** A uid or gid as decimal digits; the kernel's (id_t)-1 means "no change" and is none. */
function numeric(text: string): number | undefined {
	if (!/^\d{1,10}$/.test(text)) return undefined;
	const id = Number(text);
	return id < 0xffffffff ? id : undefined;
}
