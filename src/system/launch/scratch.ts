import { spawnSync } from "node:child_process";
import { realpath } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { pathFromText, pathToBytes } from "../../core/path/path.ts";
import { mountsWithin } from "../files/mounts.ts";
import { removeTree } from "../files/remove.ts";
import { isRootless } from "./rootless.ts";
import { findTool, toolEnvironment } from "./tools.ts";

/**
 * Removes a scratch folder with everything that was written to it. Returns why it could not be removed; the next command tries again then, and
 * nothing else has to fail.
 */
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

/** Launches mount in namespaces of their own, so only a person or a crashed program can have mounted something here. */
async function detachMounts(folder: string): Promise<void> {
	const tool = isRootless() ? undefined : findTool("umount");
	if (tool === undefined) return;
	const real = await realpath(folder).catch(() => folder);
	for (const mount of (await mountsWithin(pathFromText(real))).reverse()) {
		spawnSync(tool, ["-n", "-l", "--", pathToBytes(mount).toString()], { env: toolEnvironment, cwd: "/", stdio: "ignore" });
	}
}
