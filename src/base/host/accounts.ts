import { Failure } from "../failure.ts";
import { freeIds, type IdRange, parseGroup, parsePasswd, subordinateRanges, systemRange } from "../machine/accounts.ts";
import type { Accounts, OwnAccount } from "../ports.ts";
import { allPids, namesIn, textOf } from "./proc.ts";
import { isRootless, lowestPort } from "./rootless.ts";
import { toolRunner } from "./tools.ts";

/** Reads the host's account files and changes them with the system's own tools. */
export const systemAccounts: Accounts = {
	users: () => parsePasswd(contentOf("/etc/passwd")),
	groups: () => parseGroup(contentOf("/etc/group")),
	own: () => (isRootless() ? ownAccount() : undefined),
	freeId(name, taken) {
		for (const id of idsFor(taken)) return id;
		throw new Failure("no-free-account-id", { account: name }, 3);
	},
	async create(name, number) {
		if (typeof number === "object") return createFree(name, number.taken);
		const problem = await createWith(name, number);
		if (problem) throw problem.failure;
	},
	// Without --remove, userdel changes only the account files. It removes the group too (userdel(8), USERGROUPS_ENAB).
	async remove(name) {
		const problem = await change("userdel", [name]);
		if (problem) throw problem.failure;
	},
};

/** Ids to try with useradd(8), because a directory service or another command may already use one. */
const mostTries = 10;

async function createFree(name: string, taken: ReadonlySet<number>): Promise<void> {
	let tries = 0;
	for (const id of idsFor(taken)) {
		const problem = await createWith(name, id);
		if (!problem) return;
		if (problem.status !== uidInUse || ++tries === mostTries) throw problem.failure;
	}
	throw new Failure("no-free-account-id", { account: name }, 3);
}

function idsFor(taken: ReadonlySet<number>): Iterable<number> {
	const used = usedIds();
	const own = [...systemAccounts.users().map(({ uid }) => uid), ...systemAccounts.groups().map(({ gid }) => gid)];
	return freeIds(systemRange(contentOf("/etc/login.defs")), new Set([...taken, ...used.ids, ...own]), used.ranges);
}

function createWith(name: string, id: number): Promise<Problem | undefined> {
	return change("useradd", ["--system", "--uid", String(id), "--user-group", ...bare, name]);
}

const home = ["--no-create-home", "--home-dir", "/nonexistent"];
const bare = [...home, "--shell", "/usr/sbin/nologin", "--comment", "made by cagewright"];

/** Exit value of useradd(8). */
const uidInUse = 4;

/** The kernel's ids, because the account may be in no file (a directory service, a container). */
function ownAccount(): OwnAccount {
	const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
	const user = systemAccounts.users().find((one) => one.uid === uid);
	const groups = (process.getgroups?.() ?? []).filter((one) => one !== gid);
	return { name: user?.name ?? String(uid), uid, gid, groups, home: user?.home ?? "/", lowestPort: lowestPort() };
}

interface Problem {
	/** The program's exit status. Undefined if a signal ended it. */
	readonly status: number | undefined;
	/** `program-failed` (exit 1). */
	readonly failure: Failure;
}

/** Returns undefined on success. Throws `tool-missing` (exit 3). */
async function change(tool: string, words: readonly string[]): Promise<Problem | undefined> {
	const run = await toolRunner();
	const { exitCode, failed, shortMessage, stderr } = await run(tool, words, { stdin: "ignore", reject: false });
	if (!failed) return undefined;
	const problem = stderr.trim().split("\n").at(-1) || shortMessage || "";
	return { status: exitCode, failure: new Failure("program-failed", { program: tool, problem }, 1) };
}

/** Ids of users and groups together, because an account gets the same number for both. */
interface UsedIds {
	readonly ids: ReadonlySet<number>;
	/** Ids that containers may use. */
	readonly ranges: readonly IdRange[];
}

/** Ids of this machine's processes in any namespace, and those that containers may use. */
function usedIds(): UsedIds {
	const ids = new Set<number>();
	const ranges = ["/etc/subuid", "/etc/subgid"].flatMap((path) => subordinateRanges(contentOf(path)));
	const maps = new Set<string>();
	for (const pid of allPids()) {
		// The kernel's setresuid(2) changes a single thread.
		for (const task of namesIn(`/proc/${pid}/task`)) {
			for (const [line] of contentOf(`/proc/${pid}/task/${task}/status`).matchAll(/^(Uid|Gid|Groups):.*$/gm)) {
				for (const [id] of line.matchAll(/\d+/g)) ids.add(Number(id));
			}
		}
		for (const kind of ["uid_map", "gid_map"]) maps.add(contentOf(`/proc/${pid}/${kind}`));
	}
	for (const map of maps) ranges.push(...mappedRanges(map));
	return { ids, ranges };
}

/** Lines `inside outside count` of user_namespaces(7). A map that starts at the host's root covers every account and is ignored. */
function mappedRanges(map: string): IdRange[] {
	return map.split("\n").flatMap((line) => {
		const [, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
		return outside > 0 && count > 0 ? [{ first: outside, last: outside + count - 1 }] : [];
	});
}

/** Returns "" for a missing file, because a process may end at any moment. */
const contentOf = (path: string) => textOf(path) ?? "";
