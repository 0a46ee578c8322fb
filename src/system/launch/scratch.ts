import { readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { pathFromText, pathToBytes } from "../../core/path/path.ts";
import { attempt } from "../files/errors.ts";
import { mountsWithin } from "../files/mounts.ts";
import { removeTree } from "../files/remove.ts";
import { allPids, wordsOf } from "../running/proc.ts";
import { isLeftover } from "../state/process-identity.ts";
import { findTool, runQuickTool } from "../tools.ts";
import { isRootless } from "./rootless.ts";

/** Removes a scratch folder and its content. Returns the failure, if any: the next command tries again, and nothing else needs to fail. */
export async function removeScratch(folder: string): Promise<Failure | undefined> {
	try {
		await detachMounts(folder);
		await removeTree(pathFromText(folder));
		return undefined;
	} catch (error) {
		if (error instanceof Failure) return error;
		throw error;
	}
}

/** Launches mount in their own namespaces, so only a person or a crashed program can have mounted something here. */
async function detachMounts(folder: string): Promise<void> {
	const tool = isRootless() ? undefined : findTool("umount");
	if (tool === undefined) return;
	const real = await realpath(folder).catch(() => folder);
	for (const mount of (await mountsWithin(pathFromText(real))).reverse()) {
		runQuickTool(tool, ["-n", "-l", "--", pathToBytes(mount).toString()], { stdio: "ignore" });
	}
}

export const scriptName = "launch.sh";
/** The mounts of a split launch. */
export const mountsName = "mounts.sh";

/**
 * Removes the scratch folders of killed commands and returns the failures. Their processes ended with them, with one exception: a
 * child that strace had just created when it was killed stays stopped forever (measured). It is found by the script's path in its
 * command line.
 */
export async function clearAbandoned(scratch: string): Promise<Failure[]> {
	const folders = readdirSync(scratch)
		.filter(isLeftover)
		.map((name) => join(scratch, name));
	if (!folders.length) return [];
	const scripts = new Set(folders.map((folder) => join(folder, scriptName)));
	for (const pid of allPids())
		if (wordsOf(pid, "cmdline").some((word) => scripts.has(word))) attempt(() => process.kill(pid, "SIGKILL"));
	const problems: Failure[] = [];
	for (const folder of folders) {
		const problem = await removeScratch(folder);
		if (problem) problems.push(problem);
	}
	return problems;
}
