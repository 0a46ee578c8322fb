import { readFileSync } from "node:fs";
import type { Limits } from "../../core/application/application.ts";
import { type GroupLimit, type HeldLimit, type LimitKind, limitsGiven } from "../../core/confinement/limits.ts";
import { Failure } from "../../core/failure.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { groupLimit, makeGroups, removeGroups } from "./control-groups.ts";
import { requireTool } from "./tools.ts";

/**
 * Makes the control groups that can be had. What they do not hold, resource limits do; where those cannot either, throws
 * `limit-not-held` (exit 3): nothing starts without a limit that was asked for.
 */
export async function prepareLimits(limits: Limits, identity: Identity): Promise<GroupLimit[]> {
	const groups = makeGroups(limits);
	const left = limitsGiven(limits).filter(({ kind }) => !groups.some((group) => group.kind === kind));
	try {
		refuseUnheld(limits, identity, groups);
		if (left.length) requireTool("prlimit");
	} catch (error) {
		await removeGroups(groups);
		throw error;
	}
	return groups;
}

/** setrlimit(2): RLIMIT_NPROC does not hold the real user 0. */
export function refuseUnheld({ processes }: Limits, { uid }: Identity, groups: readonly GroupLimit[]): void {
	if (processes === undefined || uid !== 0 || groups.some(({ kind }) => kind === "processes")) return;
	throw new Failure("limit-not-held", { value: processes }, 3);
}

const resourceNames = { memory: "Max address space", processes: "Max processes", files: "Max open files" } as const;

/** Which of the limits hold a process, as the kernel tells it. */
export function heldLimits(pid: number, limits: Limits): HeldLimit[] {
	const resources = readFileSync(`/proc/${pid}/limits`, "latin1");
	return limitsGiven(limits).flatMap(({ kind }): HeldLimit[] => {
		const group = kind === "files" ? undefined : groupLimit(pid, kind);
		if (group !== undefined) return [{ kind, value: group, by: "cgroup" }];
		const value = resourceLimit(resources, kind);
		return value === undefined ? [] : [{ kind, value, by: "rlimit" }];
	});
}

function resourceLimit(text: string, kind: LimitKind): number | undefined {
	const [, hard] = new RegExp(`^${resourceNames[kind]} +\\S+ +(\\d+)`, "m").exec(text) ?? [];
	return hard === undefined ? undefined : Number(hard);
}
