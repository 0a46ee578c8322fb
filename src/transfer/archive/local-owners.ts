import { Failure } from "../../base/failure.ts";
import { parseId } from "../../base/machine/accounts.ts";
import type { Group, Identity, User } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { ObservedFile } from "../../check/audit.ts";
import type { ObservedState } from "../../check/tampering.ts";
import { accountToReplace, type DedicatedAccount } from "../../plan/dedicated.ts";
import { type OwnerMap, renumbered, renumberedBinds, withMembers, withName, withoutPeers } from "../../plan/owners.ts";
import { createdDirectoryText, parseCreatedDirectory } from "../../service/created-directory.ts";
import type { Access, Trace } from "../../trace/trace.ts";
import { isAccountWord, type OwnerNames } from "./head.ts";

/** An archive's numbers of accounts become this machine's, by name. A number alone is never trusted. */

type ObservedOwner = ObservedFile & ObservedState;

interface ForeignCage {
	readonly cage: Cage;
	readonly manifest: Manifest;
	readonly observed: readonly ObservedOwner[];
	/** Absent in archives of older versions, which name only the accounts that the cage contains. */
	readonly owners?: OwnerNames;
}

interface LocalAccounts {
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	/** Set without root: the account that all files will have. */
	readonly own: Identity | undefined;
	/** The cage's own account, also if it does not exist yet. */
	readonly dedicated?: DedicatedAccount;
}

export interface LocalCage {
	readonly cage: Cage;
	readonly manifest: Manifest;
	readonly observed: readonly ObservedOwner[];
	/** Throws like `localCage`. */
	readonly owners: OwnerMap;
	/** Generated files with other numbers than in the archive. */
	readonly contents: ReadonlyMap<Path, string>;
	/** A trace keeps only the numbers that this machine has names for. */
	trace(trace: Trace): Trace;
}

/**
 * Throws (exit 4) `import-nameless` for a number without name, `import-no-user` and `import-no-group` for a name that this machine does
 * not have, `import-account` for a name that is root here or that the archive does not explain, and what `accountToReplace` throws.
 */
export function localCage(foreign: ForeignCage, local: LocalAccounts, sha256: (text: string) => string): LocalCage {
	const { cage, manifest } = foreign;
	const { dedicated } = local;
	requireOneName(manifest);
	const replaced = dedicated && replacedAccount(cage, manifest);
	const { gid, uid } = ownersByName(foreign, local);
	const get = (found: number | Failure): number => {
		if (found instanceof Failure) throw found;
		return found;
	};
	const owners: OwnerMap = {
		uid: (one) => (dedicated && one === replaced?.uid && one !== 0 ? dedicated.uid : get(uid(one))),
		gid: (one) => (dedicated && one === replaced?.gid && one !== 0 ? dedicated.gid : get(gid(one))),
	};
	// This machine's own groups of the account apply.
	const identity = { ...manifest.identity, groups: [] };
	const users = manifest.accounts.users.filter(({ name }) => !dedicated || name !== cage.dedicatedAccount);
	const own = withoutPeers({ ...manifest, identity, accounts: { ...manifest.accounts, users } });
	const numbered = renumbered(own, owners);
	const joined = withMembers(numbered, (user, group) => isMember(local, user, group));
	const parts = dedicated ? withName(joined, dedicated) : joined;
	const contents = new Map<Path, string>();
	const entries = parts.entries.map((entry, index) => {
		const { content, path } = entry;
		if (content === undefined || content === manifest.entries[index]?.content) return entry;
		contents.set(path, content);
		return { ...entry, sha256: sha256(content) };
	});
	const { owner } = manifest;
	return {
		cage: dedicated ? withAccount(cage, dedicated.name, local.users) : cage,
		manifest: {
			...manifest,
			...parts,
			entries,
			binds: renumberedBinds(manifest.binds, owners),
			...(owner ? { owner: { uid: owners.uid(owner.uid), gid: owners.gid(owner.gid) } } : {}),
		},
		observed: foreign.observed.map((one) => {
			const owned = { ...one, uid: owners.uid(one.uid), gid: owners.gid(one.gid) };
			const content = contents.get(one.path);
			if (content === undefined) return owned;
			const isIntact = manifest.entries.some(({ path, sha256: hash }) => path === one.path && hash === one.sha256);
			return isIntact ? { ...owned, content: Buffer.from(content).toString("latin1"), sha256: sha256(content) } : owned;
		}),
		owners,
		contents,
		trace: (trace) =>
			renumberedTrace(trace, {
				uid: (one) => known(uid(one)) ?? (one === replaced?.uid ? dedicated?.uid : undefined),
				gid: (one) => known(gid(one)) ?? (one === replaced?.gid ? dedicated?.gid : undefined),
			}),
	};
}

/** Without root, groups of the cage have no effect outside. */
function isMember({ groups, own }: LocalAccounts, user: string, group: string): boolean {
	return own !== undefined || (groups.find(({ name }) => name === group)?.members.includes(user) ?? false);
}

const known = (found: number | Failure) => (found instanceof Failure ? undefined : found);

/** The account that the application starts as must be one of the cage's accounts, under the same name. */
function requireOneName({ accounts, identity: { name, uid }, owner }: Manifest): void {
	const isNamed = accounts.users.some((user) => user.name === name && user.uid === uid);
	if (uid === 0 || owner !== undefined || isNamed) return;
	// An account without a name has its number instead.
	if (parseId(name) === uid) throw new Failure("import-nameless", { what: "uid", id: uid }, 4);
	throw otherAccount(name);
}

/** A name of the archive means another account here. */
export function otherAccount(account: string): Failure {
	return new Failure("import-account", { account: account.slice(0, 80) }, 4);
}

function replacedAccount({ application, dedicatedAccount: name }: Cage, manifest: Manifest): { uid: number; gid: number } {
	if (name === undefined) return accountToReplace(manifest, application.command);
	const account = manifest.accounts.users.find((user) => user.name === name);
	if (!account) throw otherAccount(name);
	return account;
}

/** Returns this machine's number for a number of the archive, or why there is none. */
function ownersByName({ manifest, owners }: ForeignCage, { groups, own, users }: LocalAccounts) {
	const { accounts, owner } = manifest;
	const find = (what: "user" | "group", id: number, name: string | undefined, here: number | undefined): number | Failure => {
		if (name === undefined) return new Failure("import-nameless", { what: what === "user" ? "uid" : "gid", id }, 4);
		// The failure shows a command that creates it.
		if (here === undefined && isAccountWord(name)) return new Failure(`import-no-${what}`, { name }, 4);
		return here === undefined || here === 0 ? otherAccount(name) : here;
	};
	return {
		uid(id: number): number | Failure {
			if (id === 0) return 0;
			if (own && id === owner?.uid) return own.uid;
			const name = owners?.users[id] ?? accounts.users.find(({ uid }) => uid === id)?.name;
			return find("user", id, name, users.find((user) => user.name === name)?.uid);
		},
		gid(id: number): number | Failure {
			if (id === 0) return 0;
			if (own && id === owner?.gid) return own.gid;
			const name = owners?.groups[id] ?? accounts.groups.find(({ gid }) => gid === id)?.name;
			return find("group", id, name, groups.find((group) => group.name === name)?.gid);
		},
	};
}

/** Later builds start as the cage's own account if this machine does not have the other one. */
function withAccount(cage: Cage, account: string, users: readonly User[]): Cage {
	const { application } = cage;
	const [old] = application.user?.split(":") ?? [];
	if (old === undefined || users.some(({ name }) => name === old)) return { ...cage, dedicatedAccount: account };
	const directories = application.directories.map((text) => {
		const { owner, ...directory } = parseCreatedDirectory(text);
		const renamed = owner?.split(":").map((name) => (name === old ? account : name));
		return createdDirectoryText({ ...directory, ...(renamed ? { owner: renamed.join(":") } : {}) });
	});
	return { ...cage, dedicatedAccount: account, application: { ...application, user: account, directories } };
}

interface KnownOwners {
	uid(uid: number): number | undefined;
	gid(gid: number): number | undefined;
}

function renumberedTrace(trace: Trace, { gid, uid }: KnownOwners): Trace {
	const all = (ids: ReadonlySet<number>, find: KnownOwners["uid"]) => new Set([...ids].flatMap((id) => find(id) ?? []));
	// -1 in chown(2) means "unchanged".
	const owned = (access: Access) =>
		access.owner ? { ...access, owner: { uid: uid(access.owner.uid) ?? -1, gid: gid(access.owner.gid) ?? -1 } } : access;
	return {
		...trace,
		uids: all(trace.uids, uid),
		gids: all(trace.gids, gid),
		accesses: new Map([...trace.accesses].map(([path, access]) => [path, owned(access)])),
	};
}
