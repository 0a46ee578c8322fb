import { runningUids } from "../cage/footprint.ts";
import { Failure } from "../failure.ts";
import { pathFromText } from "../path/path.ts";
import type { Entry, Identity, OwnerChange, Plan, PlannedAccounts } from "./plan.ts";
import { isDynamicId, privateTopOf } from "./private-directories.ts";

/** The account of the host that a cage has for itself. */
export interface DedicatedAccount {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

/** `cage-NAME`, in the letters that useradd(8) takes. */
export function dedicatedName(cage: string): string {
	return `cage-${cage.toLowerCase().replace(/[^a-z0-9_-]/g, "-")}`.slice(0, 32);
}

/** What useradd(8) of Debian and of shadow itself takes, without the capitals that only some of them do. */
export function isAccountName(text: string): boolean {
	return /^[a-z_][a-z0-9_-]{0,31}$/.test(text);
}

/**
 * The plan with an account of its own in place of the application's. On the host that is another uid; in the cage the old name stands for it
 * too, so that a configuration which names the account (`user www-data;`) goes on to work. Supplementary groups stay: they open
 * what is shared with the host (ssl-cert).
 *
 * Throws (exit 2) `dedicated-account-root` where nothing runs as any account, `dedicated-account-several` where it is not clear which.
 */
export function withDedicatedAccount(plan: Plan, account: DedicatedAccount): Plan {
	const old = accountToReplace(plan);
	const change = changeOf(plan, old, account);
	const isStart = plan.identity.uid === old.uid;
	const accounts = changeAccounts(plan.accounts, change, account);
	const note = { code: "dedicated-account-inside", values: { account: old.name, dedicated: account.name, uid: account.uid } };
	return {
		...plan,
		identity: isStart ? { ...plan.identity, name: account.name, uid: account.uid, gid: account.gid } : plan.identity,
		entries: plan.entries.map((entry) => changeEntry(entry, change, account)),
		writable: plan.writable.map((directory) => ({ ...directory, ...changeOwner(directory, change) })),
		accounts,
		ownerChange: change,
		notes: isStart || old.uid === account.uid ? plan.notes : [...plan.notes, note],
	};
}

/** Traced as this very account, a service of systemd's DynamicUser= has files on the host that belong to the number of its last start. */
function changeOf({ writable }: Plan, old: Pick<Identity, "uid" | "gid">, account: DedicatedAccount): OwnerChange {
	const dynamic = old.uid === account.uid ? writable.find(({ path, uid }) => privateTopOf(path) && isDynamicId(uid)) : undefined;
	const from = dynamic ?? old;
	return { uid: [from.uid, account.uid], gid: [from.gid, account.gid] };
}

function accountToReplace(plan: Plan): Pick<Identity, "name" | "uid" | "gid"> {
	if (plan.identity.uid !== 0) return plan.identity;
	const [uid, ...more] = runningUids(plan);
	if (uid === undefined) throw new Failure("dedicated-account-root", { program: plan.application.command[0] ?? "" }, 2);
	const nameOf = (one: number) => plan.accounts.users.find((user) => user.uid === one)?.name ?? String(one);
	if (more.length) {
		const accounts = [uid, ...more].map(nameOf).join(", ");
		throw new Failure("dedicated-account-several", { accounts }, 2);
	}
	const user = plan.accounts.users.find((one) => one.uid === uid);
	return { name: nameOf(uid), uid, gid: user?.gid ?? uid };
}

/** Root's stays root's, whatever the account's group is. */
export function changeOwner({ gid, uid }: { uid: number; gid: number }, change: OwnerChange): { uid: number; gid: number } {
	const to = (id: number, [from, other]: readonly [number, number]) => (id === from && id !== 0 ? other : id);
	return { uid: to(uid, change.uid), gid: to(gid, change.gid) };
}

function changeAccounts({ groups, users, ...rest }: PlannedAccounts, change: OwnerChange, account: DedicatedAccount) {
	const { gid, name, uid } = account;
	const asNew = users.filter((user) => user.name !== name).map((user) => ({ ...user, ...changeOwner(user, change) }));
	const asNewGroups = groups
		.filter((group) => group.name !== name)
		.map((group) => ({ ...group, gid: changeOwner({ uid: 0, gid: group.gid }, change).gid }));
	return {
		...rest,
		users: [...asNew, { name, uid, gid, home: "/nonexistent", reason: "dedicated" }],
		groups: [...asNewGroups, { name, gid, members: [], reason: "dedicated" }],
	};
}

const passwd = pathFromText("/etc/passwd");
const group = pathFromText("/etc/group");

function changeEntry(entry: Entry, change: OwnerChange, account: DedicatedAccount): Entry {
	const changed = { ...entry, ...changeOwner(entry, change) };
	if (entry.kind !== "generated" || entry.content === undefined) return changed;
	// The old name stays first: that is what the application is told of its own uid.
	if (entry.path === passwd) {
		const line = `${account.name}:x:${account.uid}:${account.gid}::/nonexistent:/usr/sbin/nologin`;
		return withLines(changed, entry.content, account.name, line, (fields) => {
			const { gid, uid } = changeOwner({ uid: Number(fields[2]), gid: Number(fields[3]) }, change);
			return [fields[0], "x", uid, gid, ...fields.slice(4)].join(":");
		});
	}
	if (entry.path === group) {
		return withLines(changed, entry.content, account.name, `${account.name}:x:${account.gid}:`, (fields) => {
			const { gid } = changeOwner({ uid: 0, gid: Number(fields[2]) }, change);
			return [fields[0], "x", gid, ...fields.slice(3)].join(":");
		});
	}
	return changed;
}

function withLines(
	entry: Entry,
	content: string,
	name: string,
	own: string,
	rewrite: (fields: readonly string[]) => string,
): Entry {
	const kept = content.split("\n").filter((line) => line !== "" && !line.startsWith(`${name}:`));
	const text = [...kept.map((line) => rewrite(line.split(":"))), own].map((line) => `${line}\n`).join("");
	return { ...entry, content: text, size: Buffer.byteLength(text) };
}
