import { Failure } from "../failure.ts";
import { parseId } from "../machine/accounts.ts";
import type { Group, User } from "../machine/facts.ts";
import type { Identity } from "../plan/plan.ts";
import { withoutTrailing } from "../text.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName, splitWords } from "./unit-text.ts";

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

/** A directory that is made before a start where it is absent, as text `PATH[:MODE[:USER[:GROUP]]]`. */
export interface MadeDirectory {
	readonly path: string;
	/** Permission bits, with the sticky bit; 0755 where none is told (RuntimeDirectoryMode= and its like, systemd.exec(5)). */
	readonly mode: number;
	/** `user` or `user:group`; absent, it belongs to the account that the application is started as. */
	readonly owner?: string;
}

/** The same with the owner's numbers. */
export interface OwnedDirectory {
	readonly path: string;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

const usual = 0o755;

export function parseMadeDirectory(text: string): MadeDirectory {
	const [, path, mode = "", owner] = /^(.+?):(0?[0-7]{3,4})(?::([^:/]+(?::[^:/]+)?))?$/s.exec(text) ?? [];
	if (path === undefined) return { path: text, mode: usual };
	// set-user-ID and set-group-ID mean nothing in a cage, which is mounted nosuid.
	return { path, mode: Number.parseInt(mode, 8) & 0o1777, ...(owner === undefined ? {} : { owner }) };
}

export function madeDirectoryText({ mode, owner, path }: MadeDirectory): string {
	if (mode === usual && owner === undefined) return path;
	return `${path}:${mode.toString(8).padStart(4, "0")}${owner === undefined ? "" : `:${owner}`}`;
}

/** Each path once; of two, the one that says more wins, else the first. */
export function mergeMadeDirectories(texts: readonly string[]): string[] {
	const known = new Map<string, MadeDirectory>();
	const says = (one: MadeDirectory | undefined) =>
		one === undefined ? -1 : Number(one.owner !== undefined) * 2 + Number(one.mode !== usual);
	for (const one of texts.map(parseMadeDirectory)) if (says(one) > says(known.get(one.path))) known.set(one.path, one);
	return [...known.values()].map(madeDirectoryText);
}

/** Throws `account-unknown` or `group-unknown` (exit 2) where an owner is no account of this machine. */
export function ownedDirectory(
	text: string,
	identity: Identity,
	users: readonly User[],
	groups: readonly Group[],
): OwnedDirectory {
	const { mode, owner, path } = parseMadeDirectory(text);
	const { gid, uid } = owner === undefined ? identity : resolveIdentity(owner, users, groups);
	return { path, mode, uid, gid };
}

/** A directory that systemd-tmpfiles makes at boot (tmpfiles.d(5), types d, D, v, q and Q). */
export interface TmpfilesDirectory {
	readonly path: string;
	/** Permission bits; 0755 where the line says `-` or nothing. */
	readonly mode: number;
	/** `user:group`; root's where the line says `-` or nothing. */
	readonly owner: string;
	/** The file that names it, without `.conf`. */
	readonly file: string;
}

/** The directories of one file of tmpfiles.d. Lines that are no directory, and those of other types, are passed over. */
export function parseTmpfiles(file: string, text: string, machine: MachineSpecifiers = {}): TmpfilesDirectory[] {
	return text.split("\n").flatMap((line) => {
		if (!/^\s*["']?[dDvqQ]/.test(line)) return [];
		const [type = "", path = "", mode = "", user = "-", group = "-"] = splitWords(line) ?? [];
		// Modifiers (+ ! - = ~ ^ $) follow the letter.
		if (!/^[dDvqQ][+!=~^$-]*$/.test(type)) return [];
		const expanded = expandSpecifiers(path, parseUnitName(""), machine).text;
		if (!expanded.startsWith("/") || expanded.split("/").includes("..")) return [];
		const digits = /^[~:]*([0-7]{3,5})$/.exec(mode)?.[1];
		const bits = digits === undefined ? 0o755 : Number.parseInt(digits, 8) & 0o1777;
		// A user or group behind a colon is only for what is made anew, which it is here.
		const owner = [user, group].map((name) => name.replace(/^:/, "").replace(/^-$/, "root")).join(":");
		const place = withoutTrailing(expanded, "/").replace(/^\/var\/run\//, "/run/");
		return [{ path: place, mode: bits, owner, file: file.replace(/\.conf$/, "") }];
	});
}

/**
 * Those that belong to a service: named by a file with its name, or lying in a directory with its name. `names` are the service's, its
 * aliases' and its program's. As `PATH:MODE:USER:GROUP`. Everybody's directories (/tmp, /var/log itself) are nobody's.
 */
export function directoriesOf(all: readonly TmpfilesDirectory[], names: ReadonlySet<string>): string[] {
	return all.flatMap(({ file, mode, owner, path }) => {
		const own = /^(?:\/run|\/var\/(?:lib|cache|log|spool))\/([^/]+)/.exec(path)?.[1];
		const stem = file.replace(/[.-]tmpfiles?$/, "");
		return own !== undefined && (names.has(stem) || names.has(own)) ? [madeDirectoryText({ path, mode, owner })] : [];
	});
}
