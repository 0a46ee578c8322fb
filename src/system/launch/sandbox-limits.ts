import { statfsSync } from "node:fs";
import { totalmem } from "node:os";
import type { Limits } from "../../core/application/application.ts";
import type { GroupLimit } from "../../core/confinement/limits.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { makeGroups } from "./control-groups.ts";

/** What keeps a runaway application in the sandbox from taking the machine. Each is far above what a service needs. */

const mostProcesses = 4096;
/** Of the machine's memory. */
const memoryShare = 0.75;

/**
 * Cgroups for the sandbox, where they can be had. `limits` is for setrlimit(2), which holds the processes of an account alone: not those of root, and
 * memory only by addresses, of which runtimes reserve far more than they use.
 */
export function limitSandbox({ uid }: Identity): { groups: GroupLimit[]; limits: Limits } {
	const groups = makeGroups({ memory: Math.floor(totalmem() * memoryShare), processes: mostProcesses });
	return { groups, limits: uid === 0 ? {} : { processes: mostProcesses } };
}

const lookEvery = 200;
const leastFree = 2 ** 30;
const leastShare = 0.05;

/** Calls `isFull` once when the file system of `folder` is about to be full. Returns what ends the watch. */
export function watchDisk(folder: string, isFull: () => void): () => void {
	const { bavail, blocks, bsize, ffree } = statfsSync(folder);
	// Where there is little room from the beginning, half of it.
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
