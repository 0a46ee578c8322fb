import type { Files, Group, User } from "../machine/facts.ts";
import { isWithin, pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { isLeftOut } from "./account-rules.ts";
import { placeOf } from "./links.ts";
import type { Missing } from "./missing.ts";
import type { Plan } from "./plan.ts";

const accountFiles = ["/etc/passwd", "/etc/group"].map(pathFromText);
const configuration = pathFromText("/etc");
const mostRead = 64 * 1024;
const speaksOfAccounts = /\b(users?|groups?|accounts?|[ug]ids?|get(pw|gr)nam\w*|owner)\b/i;
/** Settings run words together: SystemGroup, setgid_group. A comment is none. */
const setsAccount = /^(?!\s*[#;]).*(user|group|[ug]id|owner)/i;
/** What daemons look up by default: the account without rights that every system has (LSB 5.0, user and group names). */
const unprivileged = ["nobody"];
/** getpwnam(3): errno where there is no such name. */
const noSuchName = "ENOENT";

export interface Look {
	/** What the application did in its cage, and all that it printed there. */
	readonly trace: Trace;
	readonly output: string;
	/** It ended by itself. */
	readonly ended: boolean;
	readonly round: number;
}

export interface Known {
	readonly plan: Pick<Plan, "accounts" | "writable" | "rules">;
	/** The host's. */
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly files: Files;
}

/**
 * Accounts that the application looked up in its cage and did not find. A look-up reads the whole file, so no trace shows the name; but an
 * application that ends for want of one says so, in a line about accounts. Where it ends without a word (its words go to the system
 * log), the names in its configuration are meant, or right after a look-up the usual unprivileged one and the groups that its own
 * directories belong to. Only what the host has and the cage leaves out counts.
 */
export function findMissingAccounts(look: Look, known: Known): Missing[] {
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

function silentNames({ accesses }: Trace, { files, groups, plan }: Known): Set<string> {
	const read = [...accesses.values()].filter(({ path, succeeded }) => succeeded.has("read") && isWithin(path, configuration));
	const settings = read.filter(({ path }) => !accountFiles.includes(path));
	const text = settings.map(({ path }) => files.read(placeOf(path, files), mostRead)?.toString("latin1") ?? "").join("\n");
	const names = namesIn(text, setsAccount);
	// Accesses stand in the order in which each path first came.
	const last = [...accesses.values()].findLast(({ succeeded }) => succeeded.size > 0);
	if (last === undefined || !accountFiles.includes(last.path)) return names;
	const owners = groups.filter(({ gid }) => plan.writable.some((directory) => directory.gid === gid));
	return new Set([...names, ...unprivileged, ...owners.map(({ name }) => name)]);
}
