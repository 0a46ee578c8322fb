import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { chmod, lstat, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import {
	join,
	normalise,
	type Path,
	parent,
	pathFromBytes,
	pathFromText,
	pathToBytes,
	resolvePath,
	root,
} from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName, writeFailure } from "../files/errors.ts";

/** A place to work in, with every link on the way resolved. */
export interface SafeFolder {
	readonly path: Path;
	/** `sticky-directory`: it lies below a directory like /tmp, where others may make files beside it but not touch it. */
	readonly warnings: readonly { readonly code: string; readonly values: Readonly<Record<string, string>> }[];
}

const mostLinks = 40;

/**
 * Makes sure that nobody but root and us can swap any part of a path: every component must be a directory of root or of us that
 * no group and nobody else may write to. A sticky directory of root (/tmp) passes with a warning, a link passes if it belongs to
 * root, and where it leads is looked at in the same way.
 *
 * Fails with `unsafe-directory` (exit 4; values: path, problem `owner` | `writable` | `link` | `not-a-directory` | `loop`), or with
 * `no-such-directory` (exit 2).
 */
export async function requireSafeFolder(path: Path): Promise<SafeFolder> {
	return safeFolder(path);
}

/** `requireSafeFolder` for callers that cannot wait. */
export function safeFolder(path: Path): SafeFolder {
	const waiting = parts(path);
	const warnings: SafeFolder["warnings"][number][] = [];
	let current = root;
	let links = 0;
	judge(root, warnings);
	for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
		if (name === "..") {
			current = parent(current);
			continue;
		}
		const next = join(current, name);
		const target = judge(next, warnings);
		if (target === undefined) {
			current = next;
			continue;
		}
		if (++links > mostLinks) throw unsafe(path, "loop");
		waiting.unshift(...parts(target));
		if (target.startsWith("/")) current = root;
	}
	return { path: current, warnings };
}

/** Fails with `unsafe-directory` (exit 4) if the folder is there and somebody else could swap a part of its path. */
export function refuseUnsafe(path: Path): void {
	try {
		safeFolder(path);
	} catch (error) {
		if (!(error instanceof Failure) || error.code !== "no-such-directory") throw error;
	}
}

function parts(path: Path): Path[] {
	return path.split("/").filter((part) => part !== "" && part !== ".") as Path[];
}

/** The target of a link that may be followed; undefined for a directory that may be entered. */
function judge(path: Path, warnings: SafeFolder["warnings"][number][]): Path | undefined {
	const stats = look(path);
	const ofRoot = stats.uid === 0;
	if (stats.isSymbolicLink()) {
		if (!ofRoot) throw unsafe(path, "link");
		return pathFromBytes(readlinkSync(pathToBytes(path), { encoding: "buffer" }));
	}
	if (!stats.isDirectory()) throw unsafe(path, "not-a-directory");
	if (!ofRoot && stats.uid !== process.geteuid?.()) throw unsafe(path, "owner");
	if (stats.mode & 0o022) {
		if (!ofRoot || !(stats.mode & 0o1000)) throw unsafe(path, "writable");
		warnings.push({ code: "sticky-directory", values: { path: showPath(path) } });
	}
	return undefined;
}

function look(path: Path) {
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

/** Makes a directory with everything above it that is missing, ours alone (mode 0700), and requires the whole path to be safe. */
export async function makeSafeFolder(text: Path): Promise<SafeFolder> {
	const path = normalise(resolvePath(root, text));
	const missing: Path[] = [];
	let known = path;
	for (; !(await exists(known)); known = parent(known)) missing.unshift(known.slice(known.lastIndexOf("/") + 1) as Path);
	const start = await requireSafeFolder(known);
	let current = start.path;
	for (const name of missing) {
		current = join(current, name);
		try {
			await mkdir(pathToBytes(current), 0o700);
		} catch (error) {
			if (errorName(error) !== "EEXIST") throw writeFailure(error, current);
		}
	}
	// Once more as a whole: what appeared meanwhile may not be ours.
	return missing.length === 0 ? start : requireSafeFolder(current);
}

async function exists(path: Path): Promise<boolean> {
	return lstat(pathToBytes(path)).then(
		() => true,
		(error: unknown) => {
			if (errorName(error) === "ENOENT" || errorName(error) === "ENOTDIR") return false;
			throw writeFailure(error, path);
		},
	);
}

/**
 * Makes the folders that are missing on the way to a place of the system, readable for everybody whatever the umask. A folder that is there
 * keeps its mode. Throws `unsafe-directory` (exit 4) where somebody else than root may change the folder above.
 */
export async function makeReadableFolders(folder: Path): Promise<void> {
	if (await isThere(folder)) return;
	await makeReadableFolders(parent(folder));
	await requireSafeFolder(parent(folder));
	try {
		await mkdir(pathToBytes(folder), 0o755);
		await chmod(pathToBytes(folder), 0o755);
	} catch (error) {
		throw writeFailure(error, folder);
	}
}

async function isThere(folder: Path): Promise<boolean> {
	try {
		await lstat(pathToBytes(folder));
		return true;
	} catch (error) {
		if (errorName(error) === "ENOENT") return false;
		throw writeFailure(error, folder);
	}
}

/** The place of a state folder that may not be there yet, without links. */
export function realPlace(state: string): Path {
	return pathFromText(existsSync(state) ? realpathSync(state) : resolve(state));
}
