/** A process's confinement as /proc shows it to root (proc(5)). */
export interface ProcessState {
	readonly pid: number;
	/** Ids in the process's own user namespace, in the order of /proc/PID/status: real, effective, saved, file system. */
	readonly accounts: { readonly uids: readonly number[]; readonly gids: readonly number[]; readonly groups: readonly number[] };
	/** The same user and group ids in ours. */
	readonly outside: { readonly uid: number; readonly gid: number };
	/** The five sets in hexadecimal (capabilities(7)). */
	readonly capabilities: Readonly<Record<string, string>>;
	readonly noNewPrivileges: boolean;
	/** Number of seccomp filters. */
	readonly filters: number;
	/** Label of AppArmor or SELinux; empty if unconfined. */
	readonly label: string;
	/** Each namespace's identity by its file in /proc/PID/ns. */
	readonly namespaces: Readonly<Record<string, string>>;
	/** /proc/PID/cgroup. */
	readonly groups: string;
	/** Device and inode. */
	readonly root: string;
	readonly directory: string;
}

const capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] as const;

/** Texts of /proc/PID. `status` shows ids in the reader's user namespace. */
interface ProcessTexts extends Pick<ProcessState, "pid" | "namespaces" | "groups" | "root" | "directory"> {
	readonly status: string;
	readonly uidMap: string;
	readonly gidMap: string;
	readonly label: string;
}

export function processState({ gidMap, label, status, uidMap, ...rest }: ProcessTexts): ProcessState {
	const words = (name: string) => (new RegExp(`^${name}:[ \t]*(.*)$`, "m").exec(status)?.[1] ?? "").split(/\s+/).filter(Boolean);
	const ids = (name: string, map: string) => words(name).map((id) => insideId(map, Number(id)));
	const first = (name: string) => words(name)[0] ?? "0";
	const isFiltered = first("Seccomp") === "2";
	return {
		...rest,
		accounts: { uids: ids("Uid", uidMap), gids: ids("Gid", gidMap), groups: ids("Groups", gidMap).sort((a, b) => a - b) },
		outside: { uid: Number(words("Uid")[1] ?? 0), gid: Number(words("Gid")[1] ?? 0) },
		capabilities: Object.fromEntries(capabilitySets.map((name) => [name, first(name)])),
		noNewPrivileges: first("NoNewPrivs") === "1",
		// Linux before 5.9 does not count them.
		filters: isFiltered ? Number(words("Seccomp_filters")[0] ?? 1) : 0,
		// AppArmor appends its mode: `profile (enforce)`.
		label: /^(unconfined)?$/.test(label.trim()) ? "" : label.trim(),
	};
}

/** Overflow id of user_namespaces(7), where the map has none. */
const unmapped = 65534;

function insideId(map: string, id: number): number {
	for (const line of map.split("\n")) {
		const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
		if (id >= outside && id < outside + count) return id - outside + inside;
	}
	return unmapped;
}

/** Parts of a confinement that the test takes over from the process. */
const parts = ["namespaces", "root", "directory", "account", "groups", "capabilities", "seccomp", "cgroup", "label"] as const;
export type Part = (typeof parts)[number];

/** Compares the process that tried the techniques with the target, part by part. Its mount namespace is a copy. */
export function differingParts(target: ProcessState, tester: ProcessState): Part[] {
	const isEqual: Readonly<Record<Part, boolean>> = {
		namespaces: Object.entries(target.namespaces).every(([kind, id]) => kind === "mnt" || tester.namespaces[kind] === id),
		root: target.root === tester.root,
		directory: target.directory === tester.directory,
		account: sameText([target.accounts.uids, target.accounts.gids], [tester.accounts.uids, tester.accounts.gids]),
		groups: sameText(target.accounts.groups, tester.accounts.groups),
		capabilities: capabilitySets.every((name) => target.capabilities[name] === tester.capabilities[name]),
		seccomp: target.filters === tester.filters,
		cgroup: target.groups === tester.groups,
		label: target.label === tester.label,
	};
	return parts.filter((part) => !isEqual[part]);
}

const sameText = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
