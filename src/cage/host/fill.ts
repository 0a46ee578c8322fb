import { randomBytes } from "node:crypto";
import { chmodSync, lchownSync, lstatSync, lutimesSync, mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { omitUndefined } from "../../base/collections.ts";
import { openDirectory, openNew } from "../../base/host/descriptor.ts";
import { writeFailure } from "../../base/host/errors.ts";
import { systemFiles } from "../../base/host/files.ts";
import { sha256, stampOf } from "../../base/host/hash.ts";
import { removeTree } from "../../base/host/remove.ts";
import { copyRegularFile, type Reflinks } from "../../base/host/safe-copy.ts";
import { runIn } from "../../base/host/tools.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText, root } from "../../base/path/path.ts";
import { isDecoy } from "../../plan/decoys.ts";
import { libraryDirectories } from "../../plan/elf/ld-so.ts";
import { isLoaderCache } from "../../plan/minimised.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import { decoyContent } from "../decoy-content.ts";
import { isFolder } from "../layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry } from "../manifest.ts";
import type { BuildPhase } from "../ports.ts";
import { isUntouched, type SurveyedFile } from "./survey.ts";

/** Maps a path of the cage to its place during the build. */
type At = (path: Path) => Path;

/** Number of parallel copies: one waits for the disk while another is hashed. */
const lanes = 4;

/**
 * Copies all files: from the previous generation if neither the host's file nor that copy was touched since, or if the copy was
 * edited and is kept; otherwise from the host. After the first failure all lanes stop before it is thrown, so that nobody still
 * writes into the folder.
 */
async function copyFiles(filling: CopyJob, at: At): Promise<ManifestEntry[]> {
	const stop = new AbortController();
	const signal = filling.signal ? AbortSignal.any([filling.signal, stop.signal]) : stop.signal;
	const copy = copier(filling, at, signal);
	const waiting = filling.entries.filter((entry) => entry.kind === "file").reverse();
	const copied: ManifestEntry[] = [];
	let failure: { error: unknown } | undefined;
	const lane = async () => {
		try {
			for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
				signal.throwIfAborted();
				copied.push(await copy(entry));
			}
		} catch (error) {
			failure ??= { error };
			stop.abort();
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
	if (failure) throw failure.error;
	return copied;
}

function copier({ files, isRoot, onFile, previous }: CopyJob, at: At, signal: AbortSignal) {
	const before = previous && entriesByPath(previous.manifest);
	const reflinks: Reflinks = new Set();
	const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
	let done = 0;
	return async (entry: Entry): Promise<ManifestEntry> => {
		const { path } = entry;
		const old = before?.get(path);
		const isEdited = entry.edited !== undefined && previous !== undefined;
		const reused = old && previous && !isEdited && isUntouched(old, previous.root, files.get(path)?.stamp) ? old : undefined;
		const there = `${previous?.root}${path}` as Path;
		const source = reused
			? { from: there, name: path, sha256: reused.sha256, modified: reused.source?.modified }
			: isEdited
				? { from: there, name: path }
				: { from: path, atItsRealPath: true };
		let seen = 0;
		const onBytes = (bytes: number) => {
			done += bytes - seen;
			seen = bytes;
			// A file that grew during the copy must not exceed the total.
			onFile?.(path, Math.min(done, total), total);
		};
		const owner = isRoot ? entry : undefined;
		const result = await copyRegularFile({ ...source, to: at(path), mode: entry.mode, owner, reflinks, signal, onBytes });
		if (result.size === 0) onBytes(0);
		const { copy, mtime, sha256, size } = result;
		// An edited file has no source on the host.
		const stamp = isEdited ? undefined : (reused?.source ?? result.source);
		const { marks, ...described } = describe(entry);
		// A file that changed since the plan read it has no known marks.
		const isAsPlanned = size === entry.size && Math.floor(mtime) === entry.mtime;
		return {
			...described,
			...(marks && isAsPlanned && { marks }),
			origin: path,
			size,
			mtime,
			sha256,
			copy,
			...omitUndefined({ source: stamp }),
		};
	};
}

/** The part of a manifest entry that does not depend on its content. */
export function describe(entry: Entry): ManifestEntry {
	const { content: _, decision: __, ...rest } = entry;
	return rest;
}

interface CopyJob extends Pick<BuildRequest, "plan" | "previous" | "signal" | "onFile" | "now"> {
	/** Sorted, a directory before its content. */
	readonly entries: readonly Entry[];
	readonly files: ReadonlyMap<Path, SurveyedFile>;
	/** An empty folder that only we can enter. */
	readonly staging: Path;
	readonly isRoot: boolean;
}

export interface BuildRequest {
	readonly plan: Plan;
	/** `STATE/cages/NAME`; created if missing. The caller holds its lock. */
	readonly cage: Path;
	/** The generation to copy unchanged files from. */
	readonly previous?: Previous;
	readonly now: Date;
	readonly signal?: AbortSignal;
	/** Progress in bytes of the whole build. */
	onFile?(path: Path, bytesDone: number, bytesTotal: number): void;
	/** Announces the next phase. */
	onPhase?(phase: BuildPhase): void;
}

export interface Previous {
	readonly manifest: Manifest;
	readonly root: Path;
}

/**
 * Fills the staging folder and returns the entries. Links are created after all files, so that until then no path in the folder
 * can leave it. Directories get their modes last, deepest first, so that read-only ones can be filled.
 */
export async function fillStaging(filling: CopyJob): Promise<ManifestEntry[]> {
	const { entries, staging, signal } = filling;
	const at = (path: Path) => (path === root ? staging : (`${staging}${path}` as Path));
	const made = new Map<Path, ManifestEntry>();
	const of = (kind: Entry["kind"]) => entries.filter((entry) => entry.kind === kind);
	const loaderCaches = of("generated").filter(isLoaderCache);

	for (const entry of entries) {
		signal?.throwIfAborted();
		if (!isFolder(entry)) continue;
		if (entry.path !== root) await attempt(at(entry.path), () => mkdirSync(pathToBytes(at(entry.path)), 0o700));
		made.set(entry.path, describe(entry));
	}
	// Starting mknod takes as long as copying some megabytes, so both run in parallel. A failure of one waits for the other.
	const [files, devices] = await Promise.allSettled([
		copyFiles(filling, at),
		filling.isRoot ? makeDevices(of("device"), staging, at, signal) : undefined,
	]);
	if (files.status === "rejected") throw files.reason;
	if (devices.status === "rejected") throw devices.reason;
	for (const copied of files.value) made.set(copied.path, copied);
	for (const entry of of("generated")) {
		if (isLoaderCache(entry)) continue;
		const planned = isDecoy(entry) ? withContent(entry, filling) : entry;
		made.set(entry.path, await generate(planned, at(entry.path), filling.isRoot));
	}
	for (const entry of [...of("device"), ...of("socket")]) made.set(entry.path, describe(entry));
	for (const entry of of("symlink")) {
		await attempt(at(entry.path), () => symlinkSync(pathToBytes(entry.target ?? entry.path), pathToBytes(at(entry.path))));
		await attempt(at(entry.path), () => finish(entry, at(entry.path), filling.isRoot));
		made.set(entry.path, describe(entry));
	}
	for (const entry of loaderCaches) made.set(entry.path, await makeLoaderCache(entry, filling, at));
	for (const entry of entries.filter(isFolder).reverse()) {
		// The root itself stays private until everything is synced.
		const closed = entry.path === root ? { ...entry, mode: 0o700 } : entry;
		await attempt(at(entry.path), () => finish(closed, at(entry.path), filling.isRoot));
	}
	return entries.flatMap((entry) => made.get(entry.path) ?? []);
}

/** A decoy stays the same in all generations. */
function withContent(entry: Entry, { now, previous }: CopyJob): Entry {
	const old = previous?.manifest.entries.find((one) => one.path === entry.path && isDecoy(one));
	if (old?.content) return { ...entry, content: old.content, mtime: old.mtime };
	return { ...entry, content: decoyContent(entry.path, randomBytes), mtime: now.getTime() };
}

async function generate(entry: Entry, path: Path, isRoot: boolean): Promise<ManifestEntry> {
	const bytes = Buffer.from(entry.content ?? "", "utf8");
	await attempt(path, async () => {
		const file = await openNew(path);
		try {
			await file.writeFile(bytes);
		} finally {
			await file.close();
		}
		finish(entry, path, isRoot);
	});
	return generated(entry, path, bytes);
}

/** Includes the stamp, so that launches need not read the file. */
function generated(entry: Entry, path: Path, bytes: Buffer): ManifestEntry {
	const copy = stampOf(lstatSync(pathToBytes(path), { bigint: true }));
	return { ...describe(entry), size: bytes.length, sha256: sha256(bytes), content: entry.content ?? "", copy };
}

/** Node has no mknod(2). The node is created under a plain name and then moved, because its own name may be any bytes. */
async function makeDevices(devices: readonly Entry[], staging: Path, at: At, signal?: AbortSignal): Promise<void> {
	if (devices.length === 0) return;
	await using directory = await openDirectory(staging);
	const making = devices.map(async (entry, index) => {
		const { device, path } = entry;
		if (device === undefined) return;
		const name = `.node-${index}`;
		await runIn(directory, "mknod", ["-m", "600", name, device.type, String(device.major), String(device.minor)], signal);
		await attempt(at(path), async () => {
			await rename(pathToBytes(join(staging, name)), pathToBytes(at(path)));
			finish(entry, at(path), true);
		});
	});
	const failed = (await Promise.allSettled(making)).find((one) => one.status === "rejected");
	if (failed) throw failed.reason;
}

/**
 * Creates /etc/ld.so.cache for the cage's libraries in the host's order. ldconfig changes its root to the folder, reads these
 * directories and the trusted ones, and leaves links alone (-X). It writes its own aux-cache even if told not to (measured); that
 * file is removed.
 */
async function makeLoaderCache(entry: Entry, { entries, isRoot, signal, staging }: CopyJob, at: At): Promise<ManifestEntry> {
	const asked = (entry.content ?? "").split("\n").filter((line) => line.startsWith("/"));
	const directories =
		asked.length > 0 ? asked.map(pathFromText) : libraryDirectories(pathFromText("/etc/ld.so.conf"), systemFiles());
	const words = directories.flatMap((path) => pathToText(path) ?? []);
	await using directory = await openDirectory(staging);
	const command = ["ldconfig", "-X", "-i", "-r", ".", "-f", "/dev/null", "-C", entry.path, ...words];
	const [program = "", ...rest] = isRoot ? command : ["unshare", "--user", "--map-root-user", ...command];
	await runIn(directory, program, rest, signal);
	const stray = pathFromText("/var/cache/ldconfig");
	await removeTree(at(entries.some(({ path }) => path === stray) ? join(stray, "aux-cache") : stray));
	return attempt(at(entry.path), async () => {
		const bytes = await readFile(pathToBytes(at(entry.path)));
		finish(entry, at(entry.path), isRoot);
		return generated(entry, at(entry.path), bytes);
	});
}

/**
 * Sets the owner before the mode, because chown clears setuid bits, and the times last. Synchronous, because each call takes
 * microseconds and Node's thread pool ten times as long (measured).
 */
function finish(entry: Entry, path: Path, isRoot: boolean): void {
	const name = pathToBytes(path);
	const seconds = entry.mtime / 1000;
	if (isRoot) lchownSync(name, entry.uid, entry.gid);
	if (entry.kind === "symlink") {
		lutimesSync(name, seconds, seconds);
		return;
	}
	chmodSync(name, entry.mode);
	utimesSync(name, seconds, seconds);
}

async function attempt<Result>(path: Path, work: () => Result | Promise<Result>): Promise<Result> {
	try {
		return await work();
	} catch (error) {
		throw writeFailure(error, path);
	}
}
