import { noRules, type Rules } from "../application/application.ts";
import { Failure } from "../failure.ts";
import type { Group, User } from "../machine/facts.ts";
import { pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { isLeftOut, parseAccountName, whyAlwaysKept } from "./account-rules.ts";
import type { Identity, PlannedAccounts, WritableDirectory } from "./plan.ts";

export interface AccountFiles {
	readonly accounts: PlannedAccounts;
	readonly passwd: string;
	readonly group: string;
	readonly nsswitch: string;
}

export type AccountRules = Pick<Rules, "accounts" | "withoutAccounts">;

const noShell = "/usr/sbin/nologin";
const shellsFile = pathFromText("/etc/shells");

/**
 * The cage's own passwd(5) and group(5): the accounts that the application starts as, switches to, hands files to, or asked
 * for by name, and what the rules add; no password hash, no shell. nsswitch.conf names `files` and `dns` alone: both are inside glibc (2.34 and later),
 * so that no module is loaded.
 */
export function planAccounts(
	identity: Identity,
	trace: Trace,
	writable: readonly WritableDirectory[],
	/** Names that the application looked up in a trial. */
	lookedUp: readonly string[],
	users: readonly User[],
	groups: readonly Group[],
	rules: AccountRules = noRules,
): AccountFiles {
	checkAccountRules(rules, identity, users, groups);
	const uids = new Map<number, string>([[identity.uid, "started-as"]]);
	const gids = new Map<number, string>([[identity.gid, "started-as"]]);
	const want = (map: Map<number, string>, id: number, reason: string) => {
		if (!map.has(id)) map.set(id, reason);
	};
	for (const gid of identity.groups) want(gids, gid, "group-of-account");
	for (const uid of trace.uids) want(uids, uid, "switched-to");
	for (const gid of trace.gids) want(gids, gid, "switched-to");
	for (const { owner } of trace.accesses.values()) {
		if (owner && owner.uid >= 0) want(uids, owner.uid, "owns-files");
		if (owner && owner.gid >= 0) want(gids, owner.gid, "owns-files");
	}
	for (const directory of writable) if (directory.uid !== 0) want(uids, directory.uid, "owns-files");
	for (const user of users) if (lookedUp.includes(user.name)) want(uids, user.uid, "looked-up");
	for (const group of groups) if (lookedUp.includes(group.name)) want(gids, group.gid, "looked-up");
	for (const { kind, name } of rules.accounts.flatMap((text) => parseAccountName(text) ?? [])) {
		for (const user of users) if (kind !== "group" && user.name === name) want(uids, user.uid, "chosen");
		for (const group of groups) if (kind !== "user" && group.name === name) want(gids, group.gid, "chosen");
	}
	// -1 in setresuid(2) and chown(2) means "as it was".
	for (const map of [uids, gids]) for (const id of map.keys()) if (id < 0 || id === 0xffffffff) map.delete(id);

	const needed = users.flatMap((user) => {
		const reason = uids.get(user.uid);
		return reason === undefined ? [] : [{ ...user, reason }];
	});
	const keptUsers = needed.filter((user) => !isLeftOut(rules, "user", user.name));
	const nameless = needed.filter((user) => user.reason === "switched-to" && !keptUsers.some(({ uid }) => uid === user.uid));
	for (const user of keptUsers) want(gids, user.gid, "group-of-account");
	const names = new Set(keptUsers.map((user) => user.name));
	const keptGroups = groups.flatMap((group) => {
		const reason = gids.get(group.gid);
		if (reason === undefined || isLeftOut(rules, "group", group.name)) return [];
		return [{ ...group, members: group.members.filter((member) => names.has(member)), reason }];
	});
	return {
		accounts: {
			users: keptUsers.map(({ name, uid, gid, home, reason }) => ({ name, uid, gid, home, reason })),
			groups: keptGroups.map(({ name, gid, members, reason }) => ({ name, gid, members, reason })),
			usersLeftOut: users.length - keptUsers.length,
			groupsLeftOut: groups.length - keptGroups.length,
			...(nameless.length ? { nameless: [...new Set(nameless.map(({ uid }) => uid))] } : {}),
		},
		passwd: keptUsers
			.map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${shellOf(user, trace)}\n`)
			.join(""),
		group: keptGroups.map((group) => `${group.name}:x:${group.gid}:${group.members.join(",")}\n`).join(""),
		nsswitch: "passwd: files\ngroup: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n",
	};
}

/** Servers such as ProFTPD let nobody in whose shell is not in shells(5). The name alone starts no shell: none is in the cage. */
function shellOf({ shell, uid }: User, { accesses }: Trace): string {
	return uid !== 0 && accesses.get(shellsFile)?.succeeded.has("read") ? shell : noShell;
}

/**
 * Throws (exit 2) `account-word-unknown` where a name to be kept is no user and no group here, `account-always-kept-root` and
 * `account-always-kept-started-as` where one to be left out cannot be. To leave out what the host has not is no mistake.
 */
export function checkAccountRules(
	rules: AccountRules,
	identity: Pick<Identity, "uid" | "gid">,
	users: readonly Pick<User, "name" | "uid">[],
	groups: readonly Pick<Group, "name" | "gid">[],
): void {
	const all = [
		...users.map(({ name, uid }) => ({ kind: "user" as const, name, id: uid })),
		...groups.map(({ gid, name }) => ({ kind: "group" as const, name, id: gid })),
	];
	const named = (text: string) => {
		const { kind, name } = parseAccountName(text) ?? {};
		return all.filter((one) => one.name === name && (kind === undefined || one.kind === kind));
	};
	for (const text of rules.accounts) if (!named(text).length) throw new Failure("account-word-unknown", { value: text }, 2);
	for (const text of rules.withoutAccounts) {
		for (const one of named(text)) {
			const why = whyAlwaysKept(one, identity);
			if (why !== undefined) throw new Failure(`account-always-kept-${why}`, { name: one.name }, 2);
		}
	}
}
