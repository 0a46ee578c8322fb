import { omitUndefined } from "../../../base/collections.ts";
import type { Group, User } from "../../../base/machine/facts.ts";
import { type Path, pathFromText } from "../../../base/path/path.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Account, AccountFile } from "../../state/account.ts";
import type { HostView } from "../../state/values.ts";
import { treeOf } from "../files/tree.ts";

/** `same` and `changed`: in both files. `left-out`: only on the host. `new`: only in the cage. */
type Mark = "same" | "changed" | "left-out" | "new";

/** A line of a file, on the host and in the cage. */
export interface AccountRow {
	readonly mark: Mark;
	readonly before?: string;
	readonly after?: string;
	/** Absent in nsswitch.conf. */
	readonly account?: Account;
}

interface AccountTable {
	/** Kept lines first, in the host's order. */
	readonly rows: readonly AccountRow[];
	readonly kept: number;
	readonly leftOut: number;
}

const places: Readonly<Record<AccountFile, Path>> = {
	passwd: pathFromText("/etc/passwd"),
	group: pathFromText("/etc/group"),
	nsswitch: pathFromText("/etc/nsswitch.conf"),
};

const remembered = new WeakMap<Plan, Map<AccountFile, { hostView: HostView | undefined; table: AccountTable }>>();

/** Until the host was read, it shows only the cage's lines. Cached, because each frame and key needs them. */
export function accountTable(plan: Plan, file: AccountFile, hostView: HostView | undefined): AccountTable {
	const tables = remembered.get(plan) ?? new Map();
	remembered.set(plan, tables);
	const known = tables.get(file);
	if (known && known.hostView === hostView) return known.table;
	const table = makeTable(plan, file, hostView);
	tables.set(file, { hostView, table });
	return table;
}

function makeTable(plan: Plan, file: AccountFile, hostView: HostView | undefined): AccountTable {
	const item = treeOf(plan).byPath.get(places[file])?.item;
	const content = (item?.kind === "entry" ? item.entry.content : undefined) ?? "";
	const after = new Map(linesOf(content).map((line) => [keyOf(line), line]));
	const before = hostView ? hostLines(file, hostView) : [];
	const reasons = keptAccounts(plan, file);
	const rows = before.map(({ key, line, ...rest }): AccountRow => {
		const kept = after.get(key);
		after.delete(key);
		const account = reasons.get(key) ?? rest.account;
		const common = { before: line, ...omitUndefined({ account }) };
		return kept === undefined
			? { ...common, mark: "left-out" }
			: { ...common, after: kept, mark: kept === line ? "same" : "changed" };
	});
	const more = [...after].map(([key, line]): AccountRow => {
		const account = reasons.get(key);
		return { mark: "new", after: line, ...omitUndefined({ account }) };
	});
	const kept = rows.filter((row) => row.mark !== "left-out");
	const leftOut = rows.filter((row) => row.mark === "left-out");
	return { rows: [...kept, ...more, ...leftOut], kept: kept.length + more.length, leftOut: leftOut.length };
}

interface HostLine {
	readonly key: string;
	readonly line: string;
	readonly account?: Account;
}

/** Never shows the password field. */
function hostLines(file: AccountFile, { groups, nsswitch, users }: HostView): HostLine[] {
	if (file === "passwd") {
		return users.map((user) => ({
			key: user.name,
			line: passwdLine(user),
			account: { kind: "user", name: user.name, id: user.uid },
		}));
	}
	if (file === "group") {
		return groups.map((group) => ({
			key: group.name,
			line: groupLine(group),
			account: { kind: "group", name: group.name, id: group.gid },
		}));
	}
	const lines = linesOf(nsswitch).filter((line) => /^\s*[^#\s]/.test(line));
	return lines.map((line) => ({ key: keyOf(line), line: line.trim().replace(/\s+/g, " ") }));
}

function keptAccounts({ accounts }: Plan, file: AccountFile): Map<string, Account> {
	const kept: Account[] =
		file === "passwd"
			? accounts.users.map(({ name, reason, uid }) => ({ kind: "user", name, id: uid, reason }))
			: file === "group"
				? accounts.groups.map(({ gid, name, reason }) => ({ kind: "group", name, id: gid, reason }))
				: [];
	return new Map(kept.map((account) => [account.name, account]));
}

function passwdLine({ gecos, gid, home, name, shell, uid }: User): string {
	return `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}`;
}

function groupLine({ gid, members, name }: Group): string {
	return `${name}:x:${gid}:${members.join(",")}`;
}

function linesOf(text: string): string[] {
	return text.split("\n").filter((line) => line !== "");
}

function keyOf(line: string): string {
	return line.slice(0, line.indexOf(":")).trim();
}
