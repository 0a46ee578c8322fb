import type { User } from "./facts.ts";

/** Numbers that useradd(8) gives to people (login.defs(5), UID_MIN and UID_MAX of every distribution). */
const first = 1000;
const last = 60_000;

/** Accounts of people who may log in. */
export function peopleAmong<Account extends Pick<User, "uid" | "shell">>(users: readonly Account[]): Account[] {
	return users.filter(({ shell, uid }) => uid >= first && uid <= last && !/\/(nologin|false)$/.test(shell));
}
