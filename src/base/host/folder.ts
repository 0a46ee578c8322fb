import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "../failure.ts";
import { join, normalise, type Path, parent, pathFromBytes, pathFromText, pathToBytes, resolvePath, root } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { exists, makeDirectory } from "./descriptor.ts";
import { errorName, failedWrite, writeFailure } from "./errors.ts";

const mostLinks = 40;

/**
 * Requires that only root and the current user can replace any part of a path: every component must belong to one of them and be
 * writable by nobody else. root's sticky directories (/tmp) pass, and root's links if their target does. Returns the path without
 * links.
 * Throws `unsafe-directory` (exit 4; values: path, problem `owner` | `writable` | `link` | `not-a-directory` | `loop`), or
 * `no-such-directory` (exit 2).
 */
export function requireSafeFolder(path: Path): Path {
	judge(root);
	return withoutLinks(path, judge);
}

/** The path without links. `judge` returns the target of a link that may be followed, or undefined for anything else. */
export function withoutLinks(path: Path, judge: (part: Path) => Path | undefined): Path {
	const waiting = parts(path);
	let current = root;
	let links = 0;
	for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
		if (name === "..") {
			current = parent(current);
			continue;
		}
		const next = join(current, name);
		const target = judge(next);
		if (target === undefined) {
			current = next;
			continue;
		}
		if (++links > mostLinks) throw unsafe(path, "loop");
		waiting.unshift(...parts(target));
		if (target.startsWith("/")) current = root;
	}
	return current;
}

/** Throws `unsafe-directory` (exit 4) if the folder exists and somebody else could replace a part of its path. */
export function refuseUnsafe(path: Path): void {
	try {
		requireSafeFolder(path);
	} catch (error) {
		if (!(error instanceof Failure) || error.code !== "no-such-directory") throw error;
	}
}

function parts(path: Path): Path[] {
	return path.split("/").filter((part) => part !== "" && part !== ".") as Path[];
}

/** The target of a link that may be followed, or undefined for a directory that may be entered. */
function judge(path: Path): Path | undefined {
	const stats = look(path);
	const ofRoot = stats.uid === 0;
	if (stats.isSymbolicLink()) {
		if (!ofRoot) throw unsafe(path, "link");
		return targetOf(path);
	}
	if (!stats.isDirectory()) throw unsafe(path, "not-a-directory");
	if (!ofRoot && stats.uid !== process.geteuid?.()) throw unsafe(path, "owner");
	const isSticky = ofRoot && (stats.mode & 0o1000) !== 0;
	if (stats.mode & 0o022 && !isSticky) throw unsafe(path, "writable");
	return undefined;
}

/** The target of a link. */
export function targetOf(link: Path): Path {
	return pathFromBytes(readlinkSync(pathToBytes(link), { encoding: "buffer" }));
}

/** Like lstat(2). Throws `no-such-directory` (exit 2) for a missing part of a path. */
export function look(path: Path) {
	try {
		return lstatSync(pathToBytes(path));
	} catch (error) {
		if (errorName(error) === "ENOENT") throw new Failure("no-such-directory", { path: showPath(path) }, 2);
		throw writeFailure(error, path);
	}
}

function unsafe(path: Path, problem: string): Failure {
	return new Failure("unsafe-directory", { path: showPath(path), problem }, 4);
}

/** Creates a private directory (mode 0700) with missing parents, and requires the whole path to be safe. Returns its real path. */
export async function makeSafeFolder(path: Path): Promise<Path> {
	const missing: Path[] = [];
	let known = normalise(resolvePath(root, path));
	for (; !(await isThere(known)); known = parent(known)) missing.unshift(known.slice(known.lastIndexOf("/") + 1) as Path);
	let current = requireSafeFolder(known);
	for (const name of missing) {
		current = join(current, name);
		await makeDirectory(current).catch(failedWrite(current));
	}
	// Check the whole path again, because directories that appeared in the meantime may not be ours.
	return missing.length === 0 ? current : requireSafeFolder(current);
}

async function isThere(path: Path): Promise<boolean> {
	return await exists(path).catch(failedWrite(path));
}

/**
 * Creates missing folders of a system path, readable for everybody whatever the umask is. Existing folders keep their mode.
 * Throws `unsafe-directory` (exit 4) if anybody except root may change the folder above.
 */
export async function makeReadableFolders(folder: Path): Promise<void> {
	if (await isThere(folder)) return;
	await makeReadableFolders(parent(folder));
	requireSafeFolder(parent(folder));
	try {
		await mkdir(pathToBytes(folder), 0o755);
		await chmod(pathToBytes(folder), 0o755);
	} catch (error) {
		throw writeFailure(error, folder);
	}
}

/** The path of a state folder that may not exist yet, without links. */
export function realPlace(state: string): Path {
	return pathFromText(existsSync(state) ? realpathSync(state) : resolve(state));
}
