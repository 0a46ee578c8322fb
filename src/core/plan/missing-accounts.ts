import type { Group, User } from "../machine/facts.ts";
import { pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import type { Missing } from "./missing.ts";
import type { Plan } from "./plan.ts";

const accountFiles = ["/etc/passwd", "/etc/group"].map(pathFromText);
const speaksOfAccounts = /\b(users?|groups?|accounts?|[ug]ids?|get(pw|gr)nam\w*|owner)\b/i;
/** getpwnam(3): errno where there is no such name. */
const noSuchName = "ENOENT";

/** What daemons look up by default: the account without rights that every system has (LSB 5.0, user and group names). */
const unprivileged = ["nobody"];

export interface Look {
	/** What the application did in its cage, and all that it printed there. */
	readonly trace: Trace;
	readonly output: string;
	/** It ended by itself. */
	readonly ended: boolean;
	readonly round: number;
}

/**
 * Accounts that the application looked up in its cage and did not find. A look-up reads the whole file, so no trace shows the name; but an
 * application that ends for want of one says so, in a line about accounts. Where it ends without a word right after the look-up (its
 * words go to the system log), it may be the usual unprivileged one, or a group that its own directories belong to. Only what the host
 * has and the cage leaves out counts.
 */
export function findMissingAccounts(
	look: Look,
	plan: Pick<Plan, "accounts" | "writable">,
	users: readonly User[],
	groups: readonly Group[],
): Missing[] {
	const { ended, output, round, trace } = look;
	if (!accountFiles.some((path) => trace.accesses.get(path)?.succeeded.has("read"))) return [];
	const lines = output.split("\n").filter((line) => speaksOfAccounts.test(line));
	const silent = ended && output.trim() === "" && endsWithLookUp(trace);
	const owners = groups.filter(({ gid }) => plan.writable.some((directory) => directory.gid === gid)).map(({ name }) => name);
	const words = new Set(
		silent ? [...unprivileged, ...owners] : lines.flatMap((line) => line.match(/[A-Za-z_][\w-]*(\.[\w-]+)*/g) ?? []),
	);
	const known = new Set([...plan.accounts.users, ...plan.accounts.groups].map(({ name }) => name));
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

/** Accesses stand in the order in which each path first came. */
function endsWithLookUp({ accesses }: Trace): boolean {
	const last = [...accesses.values()].findLast(({ succeeded }) => succeeded.size > 0);
	return last !== undefined && accountFiles.includes(last.path);
}
