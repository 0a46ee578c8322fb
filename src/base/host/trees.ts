import { chmodSync, lchownSync, linkSync, mkdirSync, type Stats, symlinkSync } from "node:fs";
import { type FileHandle, lchown, lstat, lutimes, mkdir, readlink, symlink } from "node:fs/promises";
import { isFolder } from "../../cage/layout.ts";
import type { ManifestEntry } from "../../cage/manifest.ts";
import type { PartialTrees } from "../../cage/ports.ts";
import { changeOwner } from "../../plan/dedicated.ts";
import type { OwnerChange } from "../../plan/plan.ts";
import { join, type Path, pathToBytes, root } from "../path/path.ts";
import { below, namesIn, openDirectory } from "./descriptor.ts";
import { errorName, failedRead, readFailure, writeFailure } from "./errors.ts";
import { removeTree } from "./remove.ts";
import { copyRegularFile, type Reflinks } from "./safe-copy.ts";

export interface TreeCopy {
	/** Only root can preserve owners. */
	readonly isRoot: boolean;
	/** Changes one account's files to another owner. */
	readonly ownerChange?: OwnerChange | undefined;
	readonly reflinks: Reflinks;
	readonly signal?: AbortSignal | undefined;
	/** Bytes done of one file. */
	onFile?(path: Path, bytes: number): void;
	/** Host paths of sockets, FIFOs and devices, which are not state. */
	readonly skipped: Path[];
	/** Files that changed while they were read. */
	readonly unstable: Path[];
}

/**
 * Copies a file, a link or a directory tree with owners, modes and times: links verbatim, holes preserved, without setuid bits.
 * Both sides are walked by descriptor, so an application that swaps a directory for a link gets an error. `name` is the host path
 * of `from`, which is reached through a descriptor.
 */
export async function copyTree(job: TreeCopy, from: Path, to: Path, name: Path): Promise<void> {
	job.signal?.throwIfAborted();
	const stats = await lstat(pathToBytes(from)).catch(failedRead(name));
	if (stats.isFile()) await copyFile(job, { from, to, name }, stats);
	else if (stats.isDirectory()) await copyDirectory(job, from, to, name);
	else if (stats.isSymbolicLink()) await copyLink(job, { from, to, name }, stats);
	else job.skipped.push(name);
}

export function ownerInCage({ gid, uid }: Pick<Stats, "gid" | "uid">, { ownerChange }: TreeCopy): { uid: number; gid: number } {
	return ownerChange ? changeOwner({ uid, gid }, ownerChange) : { uid, gid };
}

interface CopiedName {
	readonly from: Path;
	readonly to: Path;
	/** The host path of `from`. */
	readonly name: Path;
}

async function copyFile(job: TreeCopy, { from, name, to }: CopiedName, stats: Stats): Promise<void> {
	const { isRoot, reflinks, signal } = job;
	const owner = isRoot ? ownerInCage(stats, job) : undefined;
	const onBytes = (bytes: number) => job.onFile?.(name, bytes);
	const done = await copyRegularFile({
		from,
		to,
		name,
		target: name,
		mode: stats.mode & 0o777,
		owner,
		onChange: "accept",
		reflinks,
		signal,
		onBytes,
	});
	if (!done.stable) job.unstable.push(name);
}

async function copyLink(job: TreeCopy, { from, name, to }: CopiedName, stats: Stats): Promise<void> {
	const { gid, uid } = ownerInCage(stats, job);
	const target = await readlink(pathToBytes(from), { encoding: "buffer" }).catch(failedRead(name));
	try {
		await symlink(target, pathToBytes(to));
		if (job.isRoot) await lchown(pathToBytes(to), uid, gid);
		await lutimes(pathToBytes(to), stats.mtimeMs / 1000, stats.mtimeMs / 1000);
	} catch (error) {
		throw writeFailure(error, name);
	}
}

async function copyDirectory(job: TreeCopy, from: Path, to: Path, name: Path): Promise<void> {
	await using source = await openDirectory(from).catch(failedRead(name));
	const stats = await source.stat();
	await using target = await makeAndOpen(to, name);
	for (const child of await namesIn(source)) {
		await copyChild(job, below(source, child), below(target, child), join(name, child));
	}
	await setOwner(target, { ...ownerInCage(stats, job), mode: stats.mode }, job.isRoot);
	await target.utimes(stats.atimeMs / 1000, stats.mtimeMs / 1000);
}

/** Files that vanish between listing and copy were temporary. */
async function copyChild(job: TreeCopy, from: Path, to: Path, name: Path): Promise<void> {
	try {
		await lstat(pathToBytes(from));
	} catch (error) {
		if (errorName(error) === "ENOENT") return;
		throw readFailure(error, name);
	}
	await copyTree(job, from, to, name);
}

async function makeAndOpen(path: Path, name: Path): Promise<FileHandle> {
	try {
		await mkdir(pathToBytes(path), 0o700);
		return await openDirectory(path);
	} catch (error) {
		throw writeFailure(error, name);
	}
}

/** A directory's setgid and sticky bits give nobody rights that its owner does not have. */
export async function setOwner(
	directory: FileHandle,
	{ gid, mode, uid }: Pick<Stats, "gid" | "mode" | "uid">,
	isRoot: boolean,
): Promise<void> {
	if (isRoot) await directory.chown(uid, gid);
	await directory.chmod(mode & 0o3777);
}

/**
 * Changes the owner of an account's files at and below a directory. Walked by descriptor, so a directory swapped for a link leads
 * nowhere; links themselves change owner, not their targets. Does nothing if there is no directory.
 */
export async function changeTreeOwner(top: Path, change: OwnerChange): Promise<void> {
	await using directory = await openDirectory(top).catch((error: unknown) => {
		if (errorName(error) === "ENOENT") return undefined;
		throw writeFailure(error, top);
	});
	if (directory === undefined) return;
	try {
		const own = await directory.stat();
		const owner = changeOwner(own, change);
		if (owner.uid !== own.uid || owner.gid !== own.gid) await directory.chown(owner.uid, owner.gid);
		for (const name of await namesIn(directory)) {
			const place = pathToBytes(below(directory, name));
			const stats = await lstat(place);
			if (stats.isDirectory()) {
				await changeTreeOwner(below(directory, name), change);
				continue;
			}
			const changed = changeOwner(stats, change);
			if (changed.uid !== stats.uid || changed.gid !== stats.gid) await lchown(place, changed.uid, changed.gid);
		}
	} catch (error) {
		throw writeFailure(error, top);
	}
}

/**
 * Copies of a generation without some of its files, for trials. The generation is copied once, and each tree consists of hard
 * links to that copy: 3 ms for 500 files and 40 ms for 5,000 of any size (measured), where copying takes ten times as long. The
 * links are not made to the generation itself, because they would change its files' ctime, on which the audit relies. An overlay
 * with whiteouts would not work in a container whose disk is already an overlay. `folder` is empty and ours alone.
 */
export async function partialTrees(
	generation: Path,
	entries: readonly ManifestEntry[],
	folder: Path,
	signal: AbortSignal,
): Promise<PartialTrees> {
	const isRoot = process.geteuid?.() === 0;
	const whole = join(folder, "whole");
	await copyTree({ isRoot, reflinks: new Set(), signal, skipped: [], unstable: [] }, generation, whole, generation);
	let made = 0;
	const dispose = async (path: Path) => void (await removeTree(path));
	return {
		async without(left) {
			const top = join(folder, String(++made));
			try {
				link(
					whole,
					top,
					entries.filter((entry) => isFolder(entry) || !left.has(entry.path)),
					isRoot,
				);
			} catch (error) {
				await dispose(top);
				throw writeFailure(error, top);
			}
			return { root: top, [Symbol.asyncDispose]: () => dispose(top) };
		},
		[Symbol.asyncDispose]: () => dispose(folder),
	};
}

function link(whole: Path, top: Path, entries: readonly ManifestEntry[], isRoot: boolean): void {
	const at = (path: Path) => pathToBytes(path === root ? top : (`${top}${path}` as Path));
	for (const entry of entries) {
		const { gid, kind, mode, path, target, uid } = entry;
		if (isFolder(entry)) {
			mkdirSync(at(path), 0o700);
			if (isRoot) lchownSync(at(path), uid, gid);
		} else if (kind === "symlink") symlinkSync(pathToBytes(target ?? path), at(path));
		else if (kind === "file" || kind === "generated") linkSync(pathToBytes(`${whole}${path}` as Path), at(path));
		if (kind === "symlink" && isRoot) lchownSync(at(path), uid, gid);
		// The launcher provides device nodes and sockets.
		if (isFolder(entry) && isRoot) chmodSync(at(path), mode);
	}
	// A read-only directory could not be filled.
	if (!isRoot) for (const entry of entries.filter(isFolder).reverse()) chmodSync(at(entry.path), entry.mode);
}
