import type { Group, User } from "./facts.ts";

/** Parses passwd(5). Skips invalid lines (comments, NIS markers, wrong numbers); the first entry of a name wins. */
export function parsePasswd(text: string): User[] {
	const users = new Map<string, User>();
	for (const line of text.split("\n")) {
		const [name, , uid, gid, gecos = "", home = "/", shell = ""] = line.split(":");
		const ids = { uid: parseId(uid), gid: parseId(gid) };
		if (!isName(name) || ids.uid === undefined || ids.gid === undefined || users.has(name)) continue;
		users.set(name, { name, uid: ids.uid, gid: ids.gid, gecos, home, shell });
	}
	return [...users.values()];
}

/** Parses group(5) with the same tolerance. */
export function parseGroup(text: string): Group[] {
	const groups = new Map<string, Group>();
	for (const line of text.split("\n")) {
		const [name, , id, members = ""] = line.split(":");
		const gid = parseId(id);
		if (!isName(name) || gid === undefined || groups.has(name)) continue;
		groups.set(name, { name, gid, members: members.split(",").filter(Boolean) });
	}
	return [...groups.values()];
}

/** Returns names by uid. The first account of a number counts, as for getpwuid(3). */
export function accountNames(users: readonly Pick<User, "name" | "uid">[]): Map<number, string> {
	return new Map(users.map(({ name, uid }) => [uid, name] as const).reverse());
}

function isName(text: string | undefined): text is string {
	return !!text && !/^[#+-]/.test(text);
}

/** Parses a decimal uid or gid. */
export function parseId(text: string | undefined): number | undefined {
	if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
	const id = Number(text);
	return isId(id) ? id : undefined;
}

/** Returns whether a number is a valid uid or gid: 32 bits, but not (id_t)-1, which means "no change" (credentials(7)). */
export function isId(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0xffffffff;
}

/** The uids that useradd(8) assigns to people (login.defs(5), UID_MIN and UID_MAX of every distribution). */
const first = 1000;
const last = 60_000;

/** Returns the accounts of people who may log in. */
export function peopleAmong<Account extends Pick<User, "uid" | "shell">>(users: readonly Account[]): Account[] {
	return users.filter(({ shell, uid }) => uid >= first && uid <= last && !/\/(nologin|false)$/.test(shell));
}

/** Both ends are inclusive. */
export interface IdRange {
	readonly first: number;
	readonly last: number;
}

/**
 * Yields the free ids of a range, best first. Starts in the middle, because packages of this system and of containers number
 * their accounts from both ends and may do so later.
 */
export function* freeIds({ first, last }: IdRange, taken: ReadonlySet<number>, ranges: readonly IdRange[]): Generator<number> {
	const middle = Math.floor((first + last) / 2);
	const isFree = (id: number) => !taken.has(id) && !ranges.some((range) => range.first <= id && id <= range.last);
	for (let id = middle; id >= first; id--) if (isFree(id)) yield id;
	for (let id = middle + 1; id <= last; id++) if (isFree(id)) yield id;
}

/** Parses subuid(5) and subgid(5): `name:first:count`. Skips other lines. */
export function subordinateRanges(text: string): IdRange[] {
	return text.split("\n").flatMap((line) => {
		const [, first, count] = /^[^:]*:(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
		return first === undefined || Number(count) < 1 ? [] : [{ first: Number(first), last: Number(first) + Number(count) - 1 }];
	});
}

/** Returns `SYS_UID_MIN` to `SYS_UID_MAX` of login.defs(5), with useradd's defaults. */
export function systemRange(loginDefs: string): IdRange {
	const value = (name: string, otherwise: number) => {
		const found = Number(new RegExp(`^\\s*${name}\\s+(\\d{1,9})\\s*$`, "m").exec(loginDefs)?.[1] ?? otherwise);
		return found > 0 ? found : otherwise;
	};
	return { first: value("SYS_UID_MIN", 101), last: value("SYS_UID_MAX", value("UID_MIN", 1000) - 1) };
}
