import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./cagewright.ts";

/** The release before: the newest tag, or the commit that `CAGEWRIGHT_BEFORE` names. */

const repository = join(import.meta.dirname, "../..");

/** Empty if there is none. */
export const olderCommit =
	process.env.CAGEWRIGHT_BEFORE ??
	spawnSync("git", ["describe", "--tags", "--abbrev=0"], { cwd: repository, encoding: "utf8" }).stdout.trim();

/** Builds it, and returns its folder. */
export function buildOlder(): string {
	const folder = temporaryFolder("release-before");
	const archive = execFileSync("git", ["archive", olderCommit], { cwd: repository, maxBuffer: 2 ** 30 });
	execFileSync("tar", ["-x", "-C", folder], { input: archive });
	execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder });
	execFileSync("node", ["build.js"], { cwd: folder });
	return folder;
}

const git = (...words: readonly string[]) =>
	execFileSync("git", words, { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** The tested sources as a commit, which includes changes of tracked files. */
export function presentCommit(): string {
	return git("stash", "create") || git("rev-parse", "HEAD");
}

/** Makes this commit the newest one of the repository in this folder, and returns the folder. */
export function publish(origin: string, commit: string): string {
	git("init", "--quiet", "--bare", "--initial-branch=main", origin);
	git("push", "--quiet", origin, `${commit}:refs/heads/main`);
	return origin;
}

/** Builds the Debian package of this folder for this machine, and returns its path. */
export function buildDeb(folder: string, ...words: readonly string[]): string {
	const output = temporaryFolder("older-deb");
	// Before 0.2.0 there was one package for all processors.
	const processor = existsSync(join(folder, "native")) ? ["--processor", process.arch] : [];
	const script = join(folder, "scripts/package.js");
	const args = [script, "deb", "--built", "--output", output, ...processor, ...words];
	return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).trim();
}
