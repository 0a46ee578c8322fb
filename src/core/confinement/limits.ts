import type { Limits } from "../application/application.ts";
import { quoteShell } from "../path/quote.ts";

/** How a launch holds an application within its limits. */

/** What one limit is held by: a control group counts the cage as a whole, a resource limit (setrlimit(2)) each process by itself. */
export type LimitKind = keyof Limits;
export interface HeldLimit {
	readonly kind: LimitKind;
	readonly value: number;
	readonly by: "cgroup" | "rlimit";
}

/** A limit of a control group: the file that says it, in a folder of ours. */
export interface GroupLimit {
	readonly kind: "memory" | "processes";
	readonly folder: string;
}

const resources = { memory: "as", processes: "nproc", files: "nofile" } as const satisfies Record<LimitKind, string>;

export function limitsGiven(limits: Limits): { kind: LimitKind; value: number }[] {
	return (Object.keys(resources) as LimitKind[]).flatMap((kind) => {
		const value = limits[kind];
		return value === undefined ? [] : [{ kind, value }];
	});
}

/** prlimit(1) for what no control group holds, soft and hard. */
export function limitWords(limits: Limits, groups: readonly GroupLimit[]): string[] {
	const held = new Set<LimitKind>(groups.map(({ kind }) => kind));
	const words = limitsGiven(limits).flatMap(({ kind, value }) =>
		held.has(kind) ? [] : [`--${resources[kind]}=${value}:${value}`],
	);
	return words.length ? ["prlimit", ...words, "--"] : [];
}

/** In the script: everything from here on counts. 0 is whoever writes it (cgroups(7)). */
export function enterGroups({ groups = [] }: { readonly groups?: readonly GroupLimit[] }): string[] {
	return [...new Set(groups.map(({ folder }) => folder))].map((folder) => `echo 0 >${quoteShell(folder)}/cgroup.procs`);
}

/** Beside the application's own: the init. */
export const processesOfOurs = 1;

/** `512M`, `2G`, `1048576`: bytes, by powers of 1024 as systemd's MemoryMax= takes them. Undefined where it is no such size. */
export function parseSize(text: string): number | undefined {
	const [, digits, unit] = /^(\d{1,15})([KMGT]?)$/i.exec(text) ?? [];
	if (digits === undefined) return undefined;
	const value = Number(digits) * 1024 ** " KMGT".indexOf(unit?.toUpperCase() || " ");
	return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
