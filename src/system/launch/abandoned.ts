import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Failure } from "../../core/failure.ts";
import { isLeftover } from "../state/process.ts";
import { removeScratch } from "./scratch.ts";

export const scriptName = "launch.sh";

/**
 * Removes the scratch folders of killed commands, and returns why some could not be removed. Their processes ended with them but for one: a
 * child that strace had just made when it was killed itself waits for good, stopped, with nobody to wake it (measured). The script's place names it.
 */
export async function clearAbandoned(scratch: string): Promise<Failure[]> {
	const folders = readdirSync(scratch)
		.filter(isLeftover)
		.map((name) => join(scratch, name));
	if (!folders.length) return [];
	const scripts = new Set(folders.map((folder) => join(folder, scriptName)));
	for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
		if (wordsOf(pid).some((word) => scripts.has(word))) end(Number(pid));
	}
	const problems: Failure[] = [];
	for (const folder of folders) {
		const problem = await removeScratch(folder);
		if (problem) problems.push(problem);
	}
	return problems;
}

function wordsOf(pid: string): string[] {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
	} catch {
		return [];
	}
}

function end(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended in between.
	}
}
