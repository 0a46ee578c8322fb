import { quoteShell } from "../base/path/quote.ts";
import type { Limits } from "../service/application.ts";

/** A cgroup limits the whole cage, a resource limit (setrlimit(2)) each process. */
export type LimitKind = keyof Limits;
export interface HeldLimit {
	readonly kind: LimitKind;
	readonly value: number;
	readonly by: "cgroup" | "rlimit";
}

/** A cgroup limit: the file to write, in our own cgroup. */
export interface CgroupLimit {
	readonly kind: "memory" | "processes";
	readonly folder: string;
}

const resources = { memory: "as", processes: "nproc", files: "nofile" } as const satisfies Record<LimitKind, string>;

export function limitsSet(limits: Limits): { kind: LimitKind; value: number }[] {
	return (Object.keys(resources) as LimitKind[]).flatMap((kind) => {
		const value = limits[kind];
		return value === undefined ? [] : [{ kind, value }];
	});
}

/** Returns the arguments of prlimit(1) for limits without a cgroup, soft and hard. */
export function limitWords(limits: Limits, groups: readonly CgroupLimit[]): string[] {
	const held = new Set<LimitKind>(groups.map(({ kind }) => kind));
	const words = limitsSet(limits).flatMap(({ kind, value }) =>
		held.has(kind) ? [] : [`--${resources[kind]}=${value}:${value}`],
	);
	return words.length ? ["prlimit", ...words, "--"] : [];
}

/** Returns the beginning of a command that enters the cgroups; 0 is the writing process (cgroups(7)). */
export function cgroupWords(groups: readonly CgroupLimit[]): string[] {
	const lines = [...new Set(groups.map(({ folder }) => folder))].map((folder) => `echo 0 >${quoteShell(folder)}/cgroup.procs`);
	return lines.length ? ["sh", "-euc", [...lines, 'exec "$@"'].join("\n"), "sh"] : [];
}

/** In addition to the application's processes: unshare(1), which waits, and the init. */
export const ownProcesses = 2;

/** Parses `512M`, `2G` or `1048576` to bytes, with powers of 1024 like systemd's MemoryMax=. */
export function parseSize(text: string): number | undefined {
	const [, digits, unit] = /^(\d{1,15})([KMGT]?)$/i.exec(text) ?? [];
	if (digits === undefined) return undefined;
	const value = Number(digits) * 1024 ** " KMGT".indexOf(unit?.toUpperCase() || " ");
	return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
