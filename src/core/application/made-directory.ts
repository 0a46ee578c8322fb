import type { Group, User } from "../machine/facts.ts";
import type { Identity } from "../plan/plan.ts";
import { resolveIdentity } from "./identity.ts";

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
