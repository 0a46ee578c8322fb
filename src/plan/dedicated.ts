import { Failure, type Note } from "../base/failure.ts";
import type { Files, Identity, User } from "../base/machine/facts.ts";
import { isWithin, join, type Path, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { runningUids } from "./accounts.ts";
import { type OwnerMap, renumbered, withName } from "./owners.ts";
import type { OwnerChange, Plan } from "./plan.ts";

/**
 * Directories of systemd's DynamicUser= (systemd.exec(5)), to which a link at the usual place leads. On the host only root may
 * enter, because another service gets the same uid later. A cage's account is permanent.
 */
const privateTops = ["/var/lib/private", "/var/cache/private", "/var/log/private", "/run/private"].map(pathFromText);

export function isPrivateTop(path: Path): boolean {
	return privateTops.some((top) => path === top);
}

/** Returns the one that contains a service's own directory; undefined for a directory elsewhere. */
export function privateTopOf(path: Path): Path | undefined {
	return privateTops.find((top) => path !== top && isWithin(path, top));
}

/**
 * True for owners of files there: a uid in systemd's dynamic range (systemd.exec(5)), or nobody, whom its mount maps to that uid
 * (systemd 257).
 */
export function isDynamicId(id: number): boolean {
	return (id >= 61184 && id <= 65519) || id === 65534;
}

/** A host account that belongs to one cage. */
export interface DedicatedAccount {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

const dedicatedPrefix = "cage-";

/**
 * Whether an archive may choose this name for an account that does not exist yet. Programs that are installed later, and rules such as
 * sudo's for `%admin`, trust groups and accounts by name.
 */
export function isDedicatedName(text: string): boolean {
	return text.startsWith(dedicatedPrefix) && isAccountName(text);
}

/** `cage-NAME`, in the characters that useradd(8) accepts. */
export function dedicatedName(cage: string): string {
	return `${dedicatedPrefix}${cage.toLowerCase().replace(/[^a-z0-9_-]/g, "-")}`.slice(0, 32);
}

/** The names that useradd(8) accepts on every distribution, without the capitals that only some allow. */
export function isAccountName(text: string): boolean {
	return /^[a-z_][a-z0-9_-]{0,31}$/.test(text);
}

/**
 * Returns the plan with a dedicated account instead of the application's. On the host it has another uid; in the cage the old
 * name also means that uid, so that configuration such as `user www-data;` still works. Supplementary groups stay, because
 * they give access to what the host shares (ssl-cert).
 *
 * Throws (exit 2) `dedicated-account-root` if the application uses no account, `dedicated-account-several` if it uses more than
 * one.
 */
export function withDedicatedAccount(plan: Plan, account: DedicatedAccount): Plan {
	const old = accountToReplace(plan, plan.application.command);
	const change = changeOf(plan, old, account);
	const isStart = plan.identity.uid === old.uid;
	const note = { code: "dedicated-account-inside", values: { account: old.name, dedicated: account.name, uid: account.uid } };
	const map: OwnerMap = {
		uid: (uid) => changeOwner({ uid, gid: 0 }, change).uid,
		gid: (gid) => changeOwner({ uid: 0, gid }, change).gid,
	};
	return {
		...plan,
		...withName(renumbered(plan, map), account),
		ownerChange: change,
		notes: isStart || old.uid === account.uid ? plan.notes : [...plan.notes, note],
	};
}

/**
 * If the application was traced as this very account, a DynamicUser= service's files on the host still belong to the uid of its
 * last start.
 */
function changeOf({ writable }: Plan, old: Pick<Identity, "uid" | "gid">, account: DedicatedAccount): OwnerChange {
	const dynamic = old.uid === account.uid ? writable.find(({ path, uid }) => privateTopOf(path) && isDynamicId(uid)) : undefined;
	const from = dynamic ?? old;
	return { uid: [from.uid, account.uid], gid: [from.gid, account.gid] };
}

/** Throws `dedicated-account-root` or `dedicated-account-several` (exit 2). */
export function accountToReplace(
	plan: Pick<Plan, "accounts" | "identity">,
	command: readonly string[],
): Pick<Identity, "name" | "uid" | "gid"> {
	if (plan.identity.uid !== 0) return plan.identity;
	const [uid, ...more] = runningUids(plan);
	if (uid === undefined) throw new Failure("dedicated-account-root", { program: command[0] ?? "" }, 2);
	const nameOf = (one: number) => plan.accounts.users.find((user) => user.uid === one)?.name ?? String(one);
	if (more.length) {
		const accounts = [uid, ...more].map(nameOf).join(", ");
		throw new Failure("dedicated-account-several", { accounts }, 2);
	}
	const user = plan.accounts.users.find((one) => one.uid === uid);
	return { name: nameOf(uid), uid, gid: user?.gid ?? uid };
}

/** Root's files stay root's, whatever the account's primary group is. */
export function changeOwner({ gid, uid }: { uid: number; gid: number }, change: OwnerChange): { uid: number; gid: number } {
	const to = (id: number, [from, other]: readonly [number, number]) => (id === from && id !== 0 ? other : id);
	return { uid: to(uid, change.uid), gid: to(gid, change.gid) };
}

/**
 * Accounts of Debian's base-passwd (users-and-groups.html), which exist before any package and which any package may use. We have
 * seen other services under each of them.
 */
const sharedAccountNames: ReadonlySet<string> = new Set(
	"daemon bin sys games man lp mail news uucp proxy www-data backup list irc nobody".split(" "),
);

export function isSharedAccountName(account: string): boolean {
	return sharedAccountNames.has(account);
}

/** Directories in which packages keep what their accounts own, one directory each (hier(7)). */
const places: readonly Path[] = [
	"/etc",
	"/opt",
	"/run",
	"/srv",
	"/var/cache",
	"/var/lib",
	"/var/log",
	"/var/spool",
	"/var/www",
].map(pathFromText);

const maxNamed = 3;

/** The application's own places. */
interface OwnPlaces {
	readonly entries: readonly { readonly path: Path }[];
	readonly writable: readonly { readonly path: Path }[];
}

/** Notes accounts of the cage that others on this host use too: by name, or because they own other services' directories. */
export function sharedAccounts(plan: OwnPlaces, uids: readonly number[], users: readonly User[], files: Files): Note[] {
	return uids.flatMap((uid): Note[] => {
		const account = users.find((user) => user.uid === uid)?.name ?? String(uid);
		const others = foreignDirectories(plan, uid, files);
		const values = { account, count: others.length, paths: others.slice(0, maxNamed).map(showPath).join(", ") };
		return [
			...(isSharedAccountName(account) ? [{ code: "account-of-everybody", values: { account } }] : []),
			...(others.length ? [{ code: "account-owns-elsewhere", values }] : []),
		];
	});
}

/** Returns the account's directories that are neither the application's state nor among its files. */
function foreignDirectories(plan: OwnPlaces, uid: number, files: Files): Path[] {
	const own = [...plan.writable.map(({ path }) => path), ...plan.entries.map(({ path }) => path)];
	return places
		.flatMap((place) => files.list(place).map((name) => join(place, name)))
		.filter((path) => {
			const status = files.status(path);
			return status?.kind === "directory" && status.uid === uid && !own.some((one) => isWithin(one, path) || isWithin(path, one));
		});
}
