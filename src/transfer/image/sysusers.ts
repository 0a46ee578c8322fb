import { type Path, pathFromText } from "../../base/path/path.ts";
import { quoteShellLine } from "../../base/path/quote.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { OwnerMap } from "../../plan/owners.ts";
import type { OwnerNames } from "../archive/head.ts";

/**
 * Numbers of accounts in images. They depend on names only, so that every machine exports the same image. Services have lower ones
 * (login.defs(5)), local users are counted from 1000, and a rootless container has 65536 numbers.
 */
const first = 20_000;
const count = 40_000;

/** `cage` is part of the numbers, so that two cages on one machine do not share an account. */
export function imageOwners(cage: string, { groups, users }: OwnerNames): OwnerMap {
	const numbers = new Map<string, number>();
	const taken = new Set<number>();
	for (const name of [...new Set([...Object.values(users), ...Object.values(groups)])].sort()) {
		let number = hash(`${cage}/${name}`) % count;
		while (taken.has(number)) number = (number + 1) % count;
		taken.add(number);
		numbers.set(name, first + number);
	}
	const find = (names: Readonly<Record<string, string>>) => (id: number) => (id === 0 ? 0 : (numbers.get(names[id] ?? "") ?? id));
	return { uid: find(users), gid: find(groups) };
}

/** FNV-1a of 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
	return value;
}

/** systemd-sysusers(8) reads the accounts of an image or portable service there. */
export function sysusersPath(unit: string): Path {
	return pathFromText(`/usr/lib/sysusers.d/${unit}.conf`);
}

/** Returns the name that a number has on the host. In a cage with its own account, the name of the replaced account means that one too. */
export function accountName<Id extends "uid" | "gid">(
	accounts: readonly (Readonly<Record<Id, number>> & { readonly name: string; readonly reason: string })[],
	id: Id,
	number: number,
): string | undefined {
	const named = accounts.filter((one) => one[id] === number);
	return (named.find(({ reason }) => reason === "dedicated") ?? named[0])?.name;
}

/**
 * Returns shell commands that print the cage's lines of passwd(5) or group(5) with a machine's numbers. The application looks up its
 * account there.
 */
export function accountLines({ groups, users }: Manifest["accounts"], database: "passwd" | "group"): string[] {
	const names =
		database === "passwd"
			? users.map(({ name, uid }) => ({ name, host: accountName(users, "uid", uid) ?? name }))
			: groups.map(({ gid, name }) => ({ name, host: accountName(groups, "gid", gid) ?? name }));
	return names.map(({ host, name }) => {
		const line = quoteShellLine(["getent", database, host]);
		// sed would run a command after `/e`.
		const replacement = name.replace(/[\\/&\n]/g, "\\$&");
		return host === name ? line : `${line} | ${quoteShellLine(["sed", `s/^[^:]*/${replacement}/`])}`;
	});
}

/** Whether systemd accepts the name for a new account (systemd.exec(5), User=). */
const isSystemdName = (name: string) => /^[A-Za-z_][A-Za-z0-9_-]{0,30}$/.test(name);

/** Returns names of accounts that systemd-sysusers(8) refuses. */
export function unusableNames({ groups, users }: Manifest["accounts"]): string[] {
	return [...users, ...groups].map(({ name }) => name).filter((name) => !isSystemdName(name));
}

/** systemd-sysusers expands `%` and splits at spaces. */
const homeWord = (home: string) => (/^\/[\w@+=:,./-]*$/.test(home) ? home : "-");

/**
 * Returns the cage's accounts in the form of sysusers.d(5), without `unusableNames`. They have no numbers, because each machine has its
 * own: only names mean the same everywhere.
 */
export function sysusers({ accounts, name }: Pick<Manifest, "accounts" | "name">): string {
	const usable = <One extends { readonly name: string }>(all: readonly One[]) => all.filter((one) => isSystemdName(one.name));
	const users = usable(accounts.users).filter((user) => accountName(accounts.users, "uid", user.uid) === user.name);
	const groups = usable(accounts.groups).filter((group) => accountName(accounts.groups, "gid", group.gid) === group.name);
	const groupOf = (gid: number) => accountName(groups, "gid", gid);
	const others = users.filter(({ uid }) => uid !== 0);
	const lines = [
		...groups.filter(({ gid }) => gid !== 0).map((group) => `g ${group.name} -`),
		...others.map(
			({ gid, home, name: user }) => `u ${user} -:${groupOf(gid) ?? user} "${user} of the cage ${name}" ${homeWord(home)}`,
		),
		...groups.flatMap((group) =>
			group.members.filter((one) => others.some(({ name: user }) => user === one)).map((user) => `m ${user} ${group.name}`),
		),
	];
	return lines.map((line) => `${line}\n`).join("");
}
