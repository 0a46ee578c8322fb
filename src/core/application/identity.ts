import { Failure } from "../failure.ts";
import type { Group, User } from "../machine/facts.ts";
import { parseId } from "../machine/passwd.ts";
import type { Identity } from "../plan/plan.ts";

const rootIdentity: Identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };

/**
 * The account of `user`, `user:group`, `user:group:more,groups` or ids, with the supplementary groups that the host gives it (they matter: ssl-cert lets a
 * service read its key) and those that are named. Without one it is root, without groups. Throws `account-unknown` or `group-unknown` (exit 2).
 */
export function resolveIdentity(account: string | undefined, users: readonly User[], groups: readonly Group[]): Identity {
	if (account === undefined || account === "") return rootIdentity;
	const [userName = "", groupName, others = "", ...more] = account.split(":");
	const number = parseId(userName);
	const user = users.find((one) => one.name === userName) ?? users.find((one) => one.uid === number);
	const uid = user?.uid ?? number;
	if (uid === undefined || more.length) throw new Failure("account-unknown", { account: more.length ? account : userName }, 2);
	const isOwn = groupName === undefined || (groupName === "" && others !== "");
	const gid = isOwn ? (user?.gid ?? uid) : groupNamed(groupName, groups);
	const added = others === "" ? [] : others.split(",").map((name) => groupNamed(name, groups));
	const name = user?.name ?? userName;
	if (uid === 0) return { ...rootIdentity, gid, groups: [...new Set(added)].filter((one) => one !== gid) };
	return {
		name,
		uid,
		gid,
		groups: [...new Set([...groups.filter(({ members }) => members.includes(name)).map((one) => one.gid), ...added])].filter(
			(one) => one !== gid,
		),
		home: user?.home ?? "/",
	};
}

function groupNamed(text: string, groups: readonly Group[]): number {
	const gid = groups.find((one) => one.name === text)?.gid ?? parseId(text);
	if (gid === undefined) throw new Failure("group-unknown", { group: text }, 2);
	return gid;
}
