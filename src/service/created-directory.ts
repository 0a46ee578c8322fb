import { omitUndefined } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import { parseId } from "../base/machine/accounts.ts";
import type { Group, Identity, User } from "../base/machine/facts.ts";
import { didYouMean } from "../base/nearest.ts";
import { octal, withoutTrailing } from "../base/text.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName, presentName, splitWords } from "./unit-text.ts";

const rootIdentity: Identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };

const nameOf = ({ name }: { readonly name: string }) => name;

/**
 * Resolves `user`, `user:group`, `user:group:more,groups` or ids to an identity. It includes the host's supplementary groups,
 * which matter (ssl-cert lets a service read its key), and the named ones. Without an account it is root without groups. Throws
 * `account-unknown` or `group-unknown` (exit status 2).
 */
export function resolveIdentity(account: string | undefined, users: readonly User[], groups: readonly Group[]): Identity {
	if (account === undefined || account === "") return rootIdentity;
	const [userName = "", groupName, others = "", ...more] = account.split(":");
	const number = parseId(userName);
	const user = users.find((one) => one.name === userName) ?? users.find((one) => one.uid === number);
	const uid = user?.uid ?? number;
	if (uid === undefined || more.length) {
		const named = more.length ? account : userName;
		throw new Failure("account-unknown", { account: named, ...didYouMean(named, users.map(nameOf)) }, 2);
	}
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
	if (gid === undefined) throw new Failure("group-unknown", { group: text, ...didYouMean(text, groups.map(nameOf)) }, 2);
	return gid;
}

/** A directory that is created before a start if it is missing; as text `PATH[:MODE[:USER[:GROUP]]]`. */
export interface CreatedDirectory {
	readonly path: string;
	/** Permission bits with the sticky bit; 0755 by default, as for RuntimeDirectoryMode= (systemd.exec(5)). */
	readonly mode: number;
	/** `user` or `user:group`; by default the account that the application starts as. */
	readonly owner?: string;
}

/** The same with numeric owners. */
export interface OwnedDirectory {
	readonly path: string;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

const usual = 0o755;

export function parseCreatedDirectory(text: string): CreatedDirectory {
	const [, path, mode = "", owner] = /^(.+?):(0?[0-7]{3,4})(?::([^:/]+(?::[^:/]+)?))?$/s.exec(text) ?? [];
	if (path === undefined) return { path: text, mode: usual };
	// A cage is mounted nosuid, so the set-user-ID and set-group-ID bits have no effect.
	return { path, mode: Number.parseInt(mode, 8) & 0o1777, ...omitUndefined({ owner }) };
}

export function createdDirectoryText({ mode, owner, path }: CreatedDirectory): string {
	if (mode === usual && owner === undefined) return path;
	return `${path}:${octal(mode)}${owner === undefined ? "" : `:${owner}`}`;
}

/** Merges directories by path. The most specific text wins, then the first. */
export function mergeCreatedDirectories(texts: readonly string[]): string[] {
	const known = new Map<string, CreatedDirectory>();
	const says = (one: CreatedDirectory | undefined) =>
		one === undefined ? -1 : Number(one.owner !== undefined) * 2 + Number(one.mode !== usual);
	for (const one of texts.map(parseCreatedDirectory)) if (says(one) > says(known.get(one.path))) known.set(one.path, one);
	return [...known.values()].map(createdDirectoryText);
}

/** Throws `account-unknown` or `group-unknown` (exit status 2) if the machine has no such owner. */
export function ownedDirectory(
	text: string,
	identity: Identity,
	users: readonly User[],
	groups: readonly Group[],
): OwnedDirectory {
	const { mode, owner, path } = parseCreatedDirectory(text);
	const { gid, uid } = owner === undefined ? identity : resolveIdentity(owner, users, groups);
	return { path, mode, uid, gid };
}

/** A directory that systemd-tmpfiles creates at boot (tmpfiles.d(5), types d, D, v, q and Q). */
export interface TmpfilesDirectory {
	readonly path: string;
	/** Permission bits; 0755 if the line has `-` or none. */
	readonly mode: number;
	/** `user:group`; root's if the line has `-` or none. */
	readonly owner: string;
	/** Name of the file without `.conf`. */
	readonly file: string;
}

/** Parses a tmpfiles.d file. Skips other types and invalid lines. */
export function parseTmpfiles(file: string, text: string, machine: MachineSpecifiers = {}): TmpfilesDirectory[] {
	return text.split("\n").flatMap((line) => {
		if (!/^\s*["']?[dDvqQ]/.test(line)) return [];
		const [type = "", path = "", mode = "", user = "-", group = "-"] = splitWords(line) ?? [];
		// Modifiers (+ ! - = ~ ^ $) may follow the letter.
		if (!/^[dDvqQ][+!=~^$-]*$/.test(type)) return [];
		const expanded = expandSpecifiers(path, parseUnitName(""), machine);
		if (!expanded.startsWith("/") || expanded.split("/").includes("..")) return [];
		const digits = /^[~:]*([0-7]{3,5})$/.exec(mode)?.[1];
		const bits = digits === undefined ? 0o755 : Number.parseInt(digits, 8) & 0o1777;
		// The prefix `:` limits a user or group to new directories, which these are.
		const owner = [user, group].map((name) => name.replace(/^:/, "").replace(/^-$/, "root")).join(":");
		const place = presentName(withoutTrailing(expanded, "/"));
		return [{ path: place, mode: bits, owner, file: file.replace(/\.conf$/, "") }];
	});
}

/**
 * Returns the directories of a service as `PATH:MODE:USER:GROUP`: its file or the directory above has one of `names`, which are
 * the service's name, its aliases and its program. Shared directories such as /tmp and /var/log belong to no service.
 */
export function directoriesOf(all: readonly TmpfilesDirectory[], names: ReadonlySet<string>): string[] {
	return all.flatMap(({ file, mode, owner, path }) => {
		const own = /^(?:\/run|\/var\/(?:lib|cache|log|spool))\/([^/]+)/.exec(path)?.[1];
		const stem = file.replace(/[.-]tmpfiles?$/, "");
		return own !== undefined && (names.has(stem) || names.has(own)) ? [createdDirectoryText({ path, mode, owner })] : [];
	});
}
