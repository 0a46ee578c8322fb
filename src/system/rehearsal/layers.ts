import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import type { SandboxLayer } from "../../core/confinement/overlay.ts";
import { join, pathFromText, pathToBytes } from "../../core/path/path.ts";

/** Prepares the folders of one overlay of the sandbox. A second run finds what the first one left. */
export function makeLayer({ mode, path, scratch }: SandboxLayer): void {
	const [lower, upper, work] = ["lower", "upper", "work"].map((name) => pathToBytes(join(scratch, pathFromText(name))));
	const covered = statSync(pathToBytes(path), { throwIfNoEntry: false });
	if (!lower || !upper || !work || !covered || existsSync(upper)) return;
	mkdirSync(pathToBytes(scratch).toString(), { recursive: true });
	mkdirSync(work);
	symlinkSync(pathToBytes(path), lower);
	mkdirSync(upper);
	if (mode === undefined) chownSync(upper, covered.uid, covered.gid);
	chmodSync(upper, mode ?? covered.mode & 0o7777);
}
