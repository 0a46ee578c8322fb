import { readFileSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import type { Limits } from "../../core/application/application.ts";
import { type CgroupLimit, type HeldLimit, type LimitKind, limitsSet } from "../../core/confinement/limits.ts";
import { Failure } from "../../core/failure.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { requireTool } from "../tools.ts";
import { cgroupLimit, makeCgroups, removeCgroups } from "./cgroups.ts";

/**
 * Creates the possible cgroups; resource limits hold the rest. Throws `limit-not-held` (exit 3) if neither can: nothing starts
 * without a requested limit.
 */
export async function prepareLimits(limits: Limits, identity: Identity): Promise<CgroupLimit[]> {
	const groups = makeCgroups(limits);
	const left = limitsSet(limits).filter(({ kind }) => !groups.some((group) => group.kind === kind));
	try {
		refuseUnheld(limits, identity, groups);
		if (left.length) requireTool("prlimit");
	} catch (error) {
		await removeCgroups(groups);
		throw error;
	}
	return groups;
}

/** RLIMIT_NPROC does not apply to real user 0 (setrlimit(2)). */
export function refuseUnheld({ processes }: Limits, { uid }: Identity, groups: readonly CgroupLimit[]): void {
	if (processes === undefined || uid !== 0 || groups.some(({ kind }) => kind === "processes")) return;
	throw new Failure("limit-not-held", { value: processes }, 3);
}

const resourceNames = { memory: "Max address space", processes: "Max processes", files: "Max open files" } as const;

/** The limits of a process according to the kernel. */
export function heldLimits(pid: number, limits: Limits): HeldLimit[] {
	const resources = readFileSync(`/proc/${pid}/limits`, "latin1");
	return limitsSet(limits).flatMap(({ kind }): HeldLimit[] => {
		const group = kind === "files" ? undefined : cgroupLimit(pid, kind);
		if (group !== undefined) return [{ kind, value: group, by: "cgroup" }];
		const value = resourceLimit(resources, kind);
		return value === undefined ? [] : [{ kind, value, by: "rlimit" }];
	});
}

function resourceLimit(text: string, kind: LimitKind): number | undefined {
	const [, hard] = new RegExp(`^${resourceNames[kind]} +\\S+ +(\\d+)`, "m").exec(text) ?? [];
	return hard === undefined ? undefined : Number(hard);
}

/** Limits for a runaway application in the sandbox, far above what a service needs. */

const mostProcesses = 4096;
/** Share of the machine's memory. */
const memoryShare = 0.75;

/**
 * Cgroups for the sandbox, if available. `limits` is for setrlimit(2), which does not limit root's processes, and limits memory
 * only by addresses, of which runtimes reserve far more than they use.
 */
export function limitSandbox({ uid }: Identity): { groups: CgroupLimit[]; limits: Limits } {
	const groups = makeCgroups({ memory: Math.floor(totalmem() * memoryShare), processes: mostProcesses });
	return { groups, limits: uid === 0 ? {} : { processes: mostProcesses } };
}

const lookEvery = 200;
const leastFree = 2 ** 30;
const leastShare = 0.05;

/** Calls `isFull` once when the file system of `folder` is almost full. Returns a function that ends the watch. */
export function watchDisk(folder: string, isFull: () => void): () => void {
	const { bavail, blocks, bsize, ffree } = statfsSync(folder);
	// Half of the free space if there is little from the beginning.
	const blocksKept = Math.min(leastFree / bsize, blocks * leastShare, bavail / 2);
	const filesKept = ffree * leastShare;
	const timer = setInterval(() => {
		const now = statfsSync(folder);
		if (now.bavail >= blocksKept && now.ffree >= filesKept) return;
		clearInterval(timer);
		isFull();
	}, lookEvery);
	timer.unref();
	return () => clearInterval(timer);
}
