import type { Group, User } from "../machine/facts.ts";
import { pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import type { Missing } from "./missing.ts";
import type { PlannedAccounts } from "./plan.ts";

const accountFiles = ["/etc/passwd", "/etc/group"].map(pathFromText);
const speaksOfAccounts = /\b(users?|groups?|accounts?|[ug]ids?|get(pw|gr)nam\w*|owner)\b/i;
/** getpwnam(3): errno where there is no such name. */
const noSuchName = "ENOENT";

/**
 * Accounts that the application looked up in its cage and did not find. A look-up reads the whole file, so no trace shows the name; but an
 * application that ends for want of one says so. Only what the host has and the cage leaves out counts, in a line about accounts.
 */
export function findMissingAccounts(
	cage: Trace,
	output: string,
	kept: PlannedAccounts,
	users: readonly User[],
	groups: readonly Group[],
	round: number,
): Missing[] {
	if (!accountFiles.some((path) => cage.accesses.get(path)?.succeeded.has("read"))) return [];
	const lines = output.split("\n").filter((line) => speaksOfAccounts.test(line));
	const words = new Set(lines.flatMap((line) => line.match(/[A-Za-z_][\w-]*(\.[\w-]+)*/g) ?? []));
	const known = new Set([...kept.users, ...kept.groups].map(({ name }) => name));
	const names = new Set([...users, ...groups].map(({ name }) => name));
	return [...names]
		.filter((name) => words.has(name) && !known.has(name))
		.map((name) => ({
			kind: "account",
			call: name,
			error: noSuchName,
			remedy: { kind: "account", name, round, call: name },
			declined: false,
		}));
}
