import type { Note } from "../failure.ts";
import type { Files, User } from "../machine/facts.ts";
import { isWithin, join, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Plan } from "./plan.ts";

/**
 * Accounts of Debian's base-passwd (its users-and-groups.html), which exist before any package and which any may use. Others of
 * the host's services have been seen under each of them.
 */
const everybodys: ReadonlySet<string> = new Set(
	"daemon bin sys games man lp mail news uucp proxy www-data backup list irc nobody".split(" "),
);

export function isEverybodys(account: string): boolean {
	return everybodys.has(account);
}

/** Where packages keep what their accounts own, one directory each (hier(7)). */
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

const mostNamed = 3;

/** What else on this host hangs on the accounts that a cage runs as: names that are everybody's, and directories of others. */
export function sharedAccounts(plan: Plan, uids: readonly number[], users: readonly User[], files: Files): Note[] {
	return uids.flatMap((uid): Note[] => {
		const account = users.find((user) => user.uid === uid)?.name ?? String(uid);
		const others = foreignDirectories(plan, uid, files);
		return [
			...(isEverybodys(account) ? [{ code: "account-of-everybody", values: { account } }] : []),
			...(others.length
				? [
						{
							code: "account-owns-elsewhere",
							values: { account, count: others.length, paths: others.slice(0, mostNamed).map(showPath).join(", ") },
						},
					]
				: []),
		];
	});
}

/** Directories of the account that are neither the application's state nor among its files. */
function foreignDirectories(plan: Plan, uid: number, files: Files): Path[] {
	const own = [...plan.writable.map(({ path }) => path), ...plan.entries.map(({ path }) => path)];
	return places
		.flatMap((place) => files.list(place).map((name) => join(place, name)))
		.filter((path) => {
			const status = files.status(path);
			return status?.kind === "directory" && status.uid === uid && !own.some((one) => isWithin(one, path) || isWithin(path, one));
		});
}
