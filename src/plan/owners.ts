import { omitUndefined } from "../base/collections.ts";
import { type Path, pathFromText } from "../base/path/path.ts";
import type { Bind } from "../service/application.ts";
import type { Entry, Plan } from "./plan.ts";

/** Returns this machine's numbers for accounts that have others elsewhere. */
export interface OwnerMap {
	uid(uid: number): number;
	gid(gid: number): number;
}

/** The parts of a plan or manifest that contain numbers of accounts. */
export interface OwnedEntries<E extends OwnedEntry> extends Pick<Plan, "accounts" | "identity" | "writable"> {
	readonly entries: readonly E[];
}

type OwnedEntry = Pick<Entry, "kind" | "path" | "uid" | "gid" | "size" | "content">;

export function renumbered<E extends OwnedEntry>(
	{ accounts, entries, identity, writable }: OwnedEntries<E>,
	map: OwnerMap,
): OwnedEntries<E> {
	const owned = <T extends { uid: number; gid: number }>(one: T): T => ({ ...one, uid: map.uid(one.uid), gid: map.gid(one.gid) });
	return {
		identity: { ...owned(identity), groups: identity.groups.map((gid) => map.gid(gid)) },
		entries: entries.map((entry) =>
			withLines(owned(entry), (lines) => lines.map((line) => renumberedLine(entry.path, line.split(":"), map))),
		),
		writable: writable.map(owned),
		accounts: {
			...accounts,
			users: accounts.users.map(owned),
			groups: accounts.groups.map((group) => ({ ...group, gid: map.gid(group.gid) })),
			...(accounts.peers ? { peers: accounts.peers.map(owned) } : {}),
			...(accounts.nameless ? { nameless: accounts.nameless.map((uid) => map.uid(uid)) } : {}),
		},
	};
}

/** Returns the parts with only those members of groups for whom `isMember` is true. */
export function withMembers<E extends OwnedEntry>(
	parts: OwnedEntries<E>,
	isMember: (user: string, group: string) => boolean,
): OwnedEntries<E> {
	const { accounts, entries } = parts;
	const left = (line: string) => {
		const [name = "", password, gid, members = ""] = line.split(":");
		const stay = members.split(",").filter((member) => isMember(member, name));
		return [name, password, gid, stay.join(",")].join(":");
	};
	return {
		...parts,
		entries: entries.map((entry) => (entry.path === group ? withLines(entry, (lines) => lines.map(left)) : entry)),
		accounts: {
			...accounts,
			groups: accounts.groups.map((one) => ({ ...one, members: one.members.filter((member) => isMember(member, one.name)) })),
		},
	};
}

export function renumberedBinds<B extends Bind>(binds: readonly B[], map: OwnerMap): B[] {
	return binds.map((bind) => {
		const { created } = bind;
		if (!created) return bind;
		const renumber = <O extends { readonly uid: number; readonly gid: number }>(one: O): O => ({
			...one,
			uid: map.uid(one.uid),
			gid: map.gid(one.gid),
		});
		const below = created.below?.map(renumber);
		return { ...bind, created: { ...renumber(created), ...omitUndefined({ below }) } };
	});
}

/** Returns the parts without names of possible clients: another machine has others. */
export function withoutPeers<E extends OwnedEntry>(parts: OwnedEntries<E>): OwnedEntries<E> {
	const { peers = [], ...accounts } = parts.accounts;
	if (!peers.length) return parts;
	const isPeer = (line: string) => peers.some(({ name }) => line.startsWith(`${name}:`));
	return {
		...parts,
		accounts,
		entries: parts.entries.map((entry) =>
			entry.path === passwd ? withLines(entry, (lines) => lines.filter((line) => !isPeer(line))) : entry,
		),
	};
}

/** Returns the parts with another name for these numbers. The old name stays first, so that the application finds it for its own uid. */
export function withName<E extends OwnedEntry>(
	parts: OwnedEntries<E>,
	{ gid, name, uid }: { readonly name: string; readonly uid: number; readonly gid: number },
): OwnedEntries<E> {
	const { accounts, entries, identity } = parts;
	const user = `${name}:x:${uid}:${gid}::/nonexistent:/usr/sbin/nologin`;
	const others = (lines: readonly string[]) => lines.filter((line) => !line.startsWith(`${name}:`));
	return {
		...parts,
		identity: identity.uid === uid ? { ...identity, name, gid } : identity,
		entries: entries.map((entry) =>
			withLines(entry, (lines) => [...others(lines), entry.path === passwd ? user : `${name}:x:${gid}:`]),
		),
		accounts: {
			...accounts,
			users: [
				...accounts.users.filter((one) => one.name !== name),
				{ name, uid, gid, home: "/nonexistent", reason: "dedicated" },
			],
			groups: [...accounts.groups.filter((one) => one.name !== name), { name, gid, members: [], reason: "dedicated" }],
		},
	};
}

const passwd = pathFromText("/etc/passwd");
const group = pathFromText("/etc/group");

/** Changes the lines of the accounts that the build generates; no other file. */
function withLines<E extends OwnedEntry>(entry: E, change: (lines: readonly string[]) => readonly string[]): E {
	const { content, kind, path } = entry;
	if (kind !== "generated" || content === undefined || (path !== passwd && path !== group)) return entry;
	const text = change(content.split("\n").filter((line) => line !== ""))
		.map((line) => `${line}\n`)
		.join("");
	return { ...entry, content: text, size: Buffer.byteLength(text) };
}

function renumberedLine(path: Path, [name, , first, second, ...rest]: readonly string[], map: OwnerMap): string {
	const numbers = path === passwd ? [map.uid(Number(first)), map.gid(Number(second))] : [map.gid(Number(first)), second ?? ""];
	return [name, "x", ...numbers, ...rest].join(":");
}
