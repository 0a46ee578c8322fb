import { Failure } from "../base/failure.ts";
import type { Files, Group, Identity, User } from "../base/machine/facts.ts";
import { etc, isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { noRules, type Rules } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import type { Missing } from "./missing.ts";
import type { Plan, PlannedAccounts, WritableDirectory } from "./plan.ts";

/** The value of `--account` and `--without-account`. Without `kind` it names the user and the group. */
interface AccountName {
	readonly kind?: "user" | "group";
	readonly name: string;
}

export type AccountKind = NonNullable<AccountName["kind"]>;

/** Names as in passwd(5), without characters that would start another field or line. */
const word = /^(?:(user|group):)?([A-Za-z_][A-Za-z0-9_.-]{0,31}\$?)$/;

/**
 * Parses `NAME`, `user:NAME` or `group:NAME`. Returns undefined for anything else, including numbers: on another host a number
 * would mean another account.
 */
export function parseAccountName(text: string): AccountName | undefined {
	const match = word.exec(text);
	if (!match?.[2]) return undefined;
	return match[1] === undefined ? { name: match[2] } : { kind: match[1] as AccountKind, name: match[2] };
}

export function accountWord(kind: AccountKind, name: string): string {
	return `${kind}:${name}`;
}

/** Returns the word that names this user or group. */
export function wordNaming(words: readonly string[], kind: AccountKind, name: string): string | undefined {
	return words.find((text) => text === name || text === accountWord(kind, name));
}

/** `--without-account` wins over `--account`. */
export function isLeftOut({ withoutAccounts }: Pick<Rules, "withoutAccounts">, kind: AccountKind, name: string): boolean {
	return wordNaming(withoutAccounts, kind, name) !== undefined;
}

export type ReasonToKeep = "root" | "started-as" | "dedicated";

/**
 * Returns why an account cannot be left out: root owns the cage's files and is looked up first, and the application looks up the
 * account that it runs as.
 */
export function reasonToKeep(
	account: { readonly kind: AccountKind; readonly id: number; readonly reason?: string },
	identity: Pick<Identity, "uid" | "gid">,
): ReasonToKeep | undefined {
	if (account.id === 0) return "root";
	if (account.id === (account.kind === "user" ? identity.uid : identity.gid)) return "started-as";
	return account.reason === "dedicated" ? "dedicated" : undefined;
}

interface AccountFiles {
	readonly accounts: PlannedAccounts;
	readonly passwd: string;
	readonly group: string;
	readonly nsswitch: string;
}

export type AccountRules = Pick<Rules, "accounts" | "withoutAccounts">;

interface AccountInput {
	readonly identity: Identity;
	readonly trace: Trace;
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly writable?: readonly WritableDirectory[];
	/** Names that the application looked up in a trial. */
	readonly lookedUp?: readonly string[];
	/** Names that its configuration gives to accounts. A request that the trace did not see may need them. */
	readonly configured?: readonly string[];
	readonly rules?: AccountRules;
}

const noShell = "/usr/sbin/nologin";
const shellsFile = pathFromText("/etc/shells");

/**
 * Generates passwd(5) and group(5) with the accounts that the application starts as, switches to, gives files to or looked up,
 * those that its configuration names, and those that rules add. They have no password hash and no shell. nsswitch.conf names only
 * `files` and `dns`: both are part of glibc since 2.34, so that no module is loaded.
 */
export function planAccounts({
	configured = [],
	groups,
	identity,
	lookedUp = [],
	rules = noRules,
	trace,
	users,
	writable = [],
}: AccountInput): AccountFiles {
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
	// Only root can switch to another account.
	if (identity.uid === 0) {
		for (const user of users) if (configured.includes(user.name)) want(uids, user.uid, "configured");
		for (const group of groups) if (configured.includes(group.name)) want(gids, group.gid, "configured");
	}
	for (const { kind, name } of rules.accounts.flatMap((text) => parseAccountName(text) ?? [])) {
		for (const user of users) if (kind !== "group" && user.name === name) want(uids, user.uid, "chosen");
		for (const group of groups) if (kind !== "user" && group.name === name) want(gids, group.gid, "chosen");
	}
	// -1 in setresuid(2) and chown(2) means "unchanged".
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

/** Servers such as ProFTPD refuse users whose shell is not in shells(5). The name is harmless: the cage contains no shell. */
function shellOf({ shell, uid }: User, { accesses }: Trace): string {
	return uid !== 0 && accesses.get(shellsFile)?.succeeded.has("read") ? shell : noShell;
}

/**
 * Throws (exit 2) `account-word-unknown` if a name to keep is no user and no group of this host, `account-always-kept-root` and
 * `account-always-kept-started-as` if an account cannot be left out. Leaving out an unknown name is no error.
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
			const why = reasonToKeep(one, identity);
			if (why !== undefined) throw new Failure(`account-always-kept-${why}`, { name: one.name }, 2);
		}
	}
}

const accountFiles = ["/etc/passwd", "/etc/group"].map(pathFromText);
const maxRead = 64 * 1024;
const speaksOfAccounts = /\b(users?|groups?|accounts?|[ug]ids?|get(pw|gr)nam\w*|owner)\b/i;
/** Settings join words: SystemGroup, setgid_group. Comments do not count. */
const setsAccount = /^(?!\s*[#;]).*(user|group|[ug]id|owner)/i;
/** Daemons look this up by default: the account without rights that every system has (LSB 5.0, user and group names). */
const unprivileged = ["nobody"];
/** errno of getpwnam(3) for an unknown name. */
const noSuchName = "ENOENT";

interface TrialObservation {
	/** The application's accesses and all of its output in the cage. */
	readonly trace: Trace;
	readonly output: string;
	/** The application exited without being stopped. */
	readonly ended: boolean;
	readonly round: number;
}

interface KnownAccounts {
	readonly plan: Pick<Plan, "accounts" | "writable" | "rules">;
	/** The host's users and groups. */
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly files: Files;
}

/**
 * Finds accounts that the application looked up in its cage in vain. A look-up reads the whole file, so the trace does not show
 * the name, but an application that exits because of a missing account prints a line about it. If it exits silently (its messages
 * go to the system log), the candidates are the names in its configuration and, if the look-up was its last access, `nobody` and
 * its directories' groups. Only accounts that the host has and the cage leaves out count.
 */
export function findMissingAccounts(look: TrialObservation, known: KnownAccounts): Missing[] {
	const { ended, output, round, trace } = look;
	const { groups, plan, users } = known;
	if (!accountFiles.some((path) => trace.accesses.get(path)?.succeeded.has("read"))) return [];
	const silent = ended && output.trim() === "";
	const words = silent ? silentNames(trace, known) : namesIn(output, speaksOfAccounts);
	const kept = new Set([...plan.accounts.users, ...plan.accounts.groups].map(({ name }) => name));
	const names = new Set([...users, ...groups].map(({ name }) => name));
	return [...names]
		.filter((name) => words.has(name) && !kept.has(name))
		.map((name) => {
			const missing = { kind: "account", call: name, error: noSuchName } as const;
			const declined = (["user", "group"] as const).some((kind) => isLeftOut(plan.rules, kind, name));
			return declined ? { ...missing, declined } : { ...missing, remedy: { kind: "account", name, round, call: name }, declined };
		});
}

function namesIn(text: string, line: RegExp): Set<string> {
	const lines = text.split("\n").filter((one) => line.test(one));
	return new Set(lines.flatMap((one) => one.match(/[A-Za-z_][\w-]*(\.[\w-]+)*/g) ?? []));
}

function silentNames({ accesses }: Trace, { files, groups, plan }: KnownAccounts): Set<string> {
	const read = [...accesses.values()].filter(({ path, succeeded }) => succeeded.has("read") && isWithin(path, etc));
	const settings = read.filter(({ path }) => !accountFiles.includes(path));
	const text = settings.map(({ path }) => files.read(placeOf(path, files), maxRead)?.toString("latin1") ?? "").join("\n");
	const names = namesIn(text, setsAccount);
	// Accesses are in the order of each path's first use.
	const last = [...accesses.values()].findLast(({ succeeded }) => succeeded.size > 0);
	if (last === undefined || !accountFiles.includes(last.path)) return names;
	const owners = groups.filter(({ gid }) => plan.writable.some((directory) => directory.gid === gid));
	return new Set([...names, ...unprivileged, ...owners.map(({ name }) => name)]);
}

/** Everything that depends on an account in a cage. */
export interface AccountUse {
	/** Entries and writable directories that it owns, sorted. */
	readonly paths: readonly Path[];
	/** The application starts as it or switches to it. */
	readonly runs: boolean;
	/** For a group: kept users with this primary group. */
	readonly users: readonly string[];
}

type AccountUsers = Pick<Plan, "entries" | "writable" | "accounts" | "identity">;

/** Returns what depends on an account. The account need not be kept: then these paths have an owner without a name. */
export function accountUse({ accounts, entries, identity, writable }: AccountUsers, kind: AccountKind, id: number): AccountUse {
	const isUser = kind === "user";
	const owned = [...entries.filter(({ decision }) => decision === "include"), ...writable].filter(
		({ gid, uid }) => (isUser ? uid : gid) === id,
	);
	const kept = isUser ? accounts.users.filter(({ uid }) => uid === id) : accounts.groups.filter(({ gid }) => gid === id);
	return {
		paths: [...new Set(owned.map(({ path }) => path))].sort(),
		runs:
			id === (isUser ? identity.uid : identity.gid) ||
			kept.some(({ reason }) => reason === "started-as" || reason === "switched-to") ||
			(isUser && !!accounts.nameless?.includes(id)),
		users: isUser ? [] : accounts.users.filter(({ gid }) => gid === id).map(({ name }) => name),
	};
}

/** Returns the accounts of processes, without those that only own files or were looked up. */
export function runningUids({ accounts, identity }: { identity: Plan["identity"]; accounts: PlannedAccounts }): number[] {
	const run = accounts.users.filter(({ reason }) => reason === "started-as" || reason === "switched-to");
	return [...new Set([identity.uid, ...run.map(({ uid }) => uid), ...(accounts.nameless ?? [])])]
		.filter((uid) => uid > 0)
		.sort((a, b) => a - b);
}

/** Returns the uids that the application's processes may have. */
export function uidsOf({ nameless = [], users }: PlannedAccounts): number[] {
	return [...users.map(({ uid }) => uid), ...nameless];
}
