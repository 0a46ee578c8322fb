import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { lstat, readlink, rename, unlink } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { exists, syncDirectory } from "../../base/host/descriptor.ts";
import { ifMissing, readFailure } from "../../base/host/errors.ts";
import { openData, withSource } from "../../base/host/mounts.ts";
import { removeTree } from "../../base/host/remove.ts";
import { writeAtomic } from "../../base/host/text-files.ts";
import { walk } from "../../base/host/walk.ts";
import { join, type Path, parent, pathFromBytes, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cagePaths, undoneData } from "../../cage/host/cages.ts";
import { readSeeded, type SeedResult, seedData, writeSeeded } from "../../cage/host/seed.ts";
import { allocatedBytes, requireSpace } from "../../cage/host/survey.ts";
import type { WritableDirectory } from "../../plan/plan.ts";
import { type AdoptedPlace, neverCopied } from "../adoption.ts";
import type { AdoptedState } from "../ports.ts";
import { adoptionToJson } from "./adoption-file.ts";
import { endUndo, finish, makeStage, newStageName, prepare, removeMade, swap, undo } from "./return-state.ts";

/**
 * A cage's data while its service is adopted. The copy grows in `adopting/data` and then replaces the data, which stays as
 * `data.before` until the next adoption.
 */
function paths(cage: Path) {
	return { data: join(cage, "data"), before: join(cage, "data.before"), staging: join(cage, "adopting") };
}

/** Deletes what an earlier adoption kept. Call it before anything is stopped. */
async function clearKept(cage: Path): Promise<void> {
	const { before, staging } = paths(cage);
	await removeTree(staging);
	await removeTree(before);
}

interface HostState {
	/** Directories of the cage's data. */
	readonly writable: readonly WritableDirectory[];
	/** Those whose content the host has. */
	readonly places: readonly Path[];
}

/** Copies the host's content of these places. The service must be stopped. */
async function takeState(
	cage: Path,
	{ places, writable }: HostState,
	signal: AbortSignal,
	onFile: (path: Path, bytesDone: number, bytesTotal: number) => void,
): Promise<SeedResult> {
	const { staging } = paths(cage);
	const there = new Set<Path>();
	for (const place of places) if (await isDirectory(place)) there.add(place);
	const plan = writable.map((directory) => ({
		...directory,
		seeds: there.has(directory.path) ? [{ path: directory.path, bytes: 0 }] : [],
	}));
	return seedData({ plan: { writable: plan }, cage: staging, signal, onFile });
}

/** Makes the copy the cage's data. `restoreData` recovers from a kill in the middle. */
export async function useState(cage: Path): Promise<void> {
	const { before, data, staging } = paths(cage);
	await rename(pathToBytes(data), pathToBytes(before));
	await rename(pathToBytes(join(staging, "data")), pathToBytes(data));
	await syncDirectory(cage);
	// A later build must not seed these files again.
	await writeSeeded(cage, new Set([...(await readSeeded(cage)), ...(await readSeeded(staging))]));
	await removeTree(staging);
}

/**
 * Restores the cage's own data. With `since` (when the adoption began), the service may have been started, so its data is kept
 * and the new path returned, if it has files. Otherwise the copy is deleted.
 */
export async function restoreData(cage: Path, since?: string): Promise<Path | undefined> {
	const { before, data, staging } = paths(cage);
	const kept = since === undefined ? undefined : undonePath(cage, since);
	if (await exists(before)) {
		// A kill may have come between the two renames.
		if (kept === undefined) await removeTree(data);
		else if (await exists(data)) await rename(pathToBytes(data), pathToBytes(kept));
		await rename(pathToBytes(before), pathToBytes(data));
		await syncDirectory(cage);
	}
	await removeTree(staging);
	if (kept === undefined || !(await exists(kept))) return undefined;
	if (hasFiles(kept)) return kept;
	await removeTree(kept);
	return undefined;
}

function undonePath(cage: Path, time: string): Path {
	return join(cage, `${undoneData}${time.replace(/[^0-9TZ]/g, "")}`);
}

/** Whether a tree has more than directories. Sockets and FIFOs are not state. What cannot be read counts as a file. */
function hasFiles(directory: Path): boolean {
	for (const { error, stats } of walk(directory, "/" as Path)) {
		if (error !== undefined || stats.isFile() || stats.isSymbolicLink()) return true;
	}
	return false;
}

async function isDirectory(path: Path): Promise<boolean> {
	return lstat(pathToBytes(path)).then(
		(stats) => stats.isDirectory(),
		() => false,
	);
}

/** Entries between two pauses, so that a large tree does not delay a signal. */
const atOnce = 500;

/**
 * A hash over the directory's tree: names, kinds, owners and modes; for files also size, inode and times. Every write changes it,
 * because nobody can reset a ctime. Reading the content would interrupt the service as long as a copy. Returns undefined if there
 * is no directory.
 */
export async function fingerprint(directory: Path): Promise<string | undefined> {
	const hash = createHash("sha256");
	let count = 0;
	for (const { error, host, path, stats } of walk(directory, "/" as Path)) {
		if (error !== undefined) throw new Failure("cannot-read", { path: showPath(directory), error }, 1);
		if (++count % atOnce === 0) await setImmediate();
		// Sockets and FIFOs are not state.
		if (!stats.isDirectory() && !stats.isFile() && !stats.isSymbolicLink()) continue;
		const line: unknown[] = [path, stats.uid, stats.gid, stats.mode & ~0o6000n];
		if (stats.isFile()) line.push(stats.size, stats.ino, stats.mtimeNs, stats.ctimeNs);
		if (stats.isSymbolicLink()) line.push(linkTarget(host, directory));
		hash.update(`${JSON.stringify(line.map(String))}\n`);
	}
	return count === 0 ? undefined : hash.digest("hex");
}

function linkTarget(link: Path, directory: Path): string {
	try {
		return readlinkSync(pathToBytes(link), { encoding: "latin1" });
	} catch (error) {
		throw readFailure(error, directory);
	}
}

/**
 * A link in the cage's state that points outside of it and that the host does not have. Inside the cage it was harmless; on the
 * host, a service that starts as root, or logrotate, would follow it. Returns undefined if there is none; throws if something
 * cannot be read.
 */
export async function foreignLink(from: Path, place: Path): Promise<Path | undefined> {
	for (const { error, host, path, stats } of walk(from, place)) {
		if (error !== undefined) throw new Failure("cannot-read", { path: showPath(path), error }, 1);
		if (!stats.isSymbolicLink()) continue;
		const target = readlinkSync(pathToBytes(host), { encoding: "latin1" });
		const isInside = !target.startsWith("/") && !target.split("/").includes("..");
		if (!isInside && target !== (await targetOnHost(path))) return path;
	}
	return undefined;
}

/** An unreadable link does not count as equal. */
async function targetOnHost(link: Path): Promise<Path | undefined> {
	return readlink(pathToBytes(link), { encoding: "buffer" }).then(pathFromBytes, () => undefined);
}

async function laterPlace(data: Path, path: Path): Promise<AdoptedPlace | undefined> {
	if (!(await inData(data, path, async (source) => hasFiles(source)))) return undefined;
	const host = hasFiles(path) ? neverCopied : await fingerprint(path);
	return { path, cage: neverCopied, ...omitUndefined({ host }) };
}

/** A state folder's data about adopted services. */
export function adoptedState(state: Path): AdoptedState {
	const directory = (name: string) => cagePaths(state, name).directory;
	const dataOf = (name: string) => join(directory(name), "data");
	return {
		save: (name, adoption) => writeAtomic(cagePaths(state, name).adoption, adoptionToJson(adoption)),
		async end(name) {
			const file = cagePaths(state, name).adoption;
			await unlink(pathToBytes(file)).catch(ifMissing(undefined));
			await syncDirectory(parent(file));
		},
		clear: (name) => clearKept(directory(name)),
		async requireRoom(name, places) {
			const bytes = places.reduce((sum, path) => sum + allocatedBytes(path), 0);
			await requireSpace(dataOf(name), bytes);
		},
		async requireRoomOutside(name, places) {
			for (const path of places) {
				let there = path;
				while (!(await exists(there))) there = parent(there);
				const bytes = await inData(dataOf(name), path, async (source) => allocatedBytes(source));
				await requireSpace(there, bytes ?? 0);
			}
		},
		async take({ name, onFile, places, signal, writable }) {
			const { unstable } = await takeState(directory(name), { writable, places }, signal, onFile);
			const taken = await Promise.all(
				places.map(async (path) => {
					const host = await fingerprint(path);
					const cage = (await inData(join(directory(name), "adopting/data"), path, fingerprint)) ?? "";
					return { path, cage, ...omitUndefined({ host }) };
				}),
			);
			return { places: taken, unstable };
		},
		use: (name) => useState(directory(name)),
		restore: (name, since) => restoreData(directory(name), since),
		async fingerprints(name, path) {
			const [host, cage] = await Promise.all([fingerprint(path), inData(dataOf(name), path, fingerprint)]);
			return { ...omitUndefined({ host, cage }) };
		},
		laterPlace: (name, path) => laterPlace(dataOf(name), path),
		foreignLink: (name, path) => inData(dataOf(name), path, (source) => foreignLink(source, path)),
		stageName: newStageName,
		async makeStage(name, { path, stage, ...rest }) {
			// systemd creates an empty directory of root on the host where the cage's is mounted, and the service could not write there.
			if (rest.cage === neverCopied) await removeMade(path);
			return { ...rest, path, stage: { ...stage, inode: await makeStage(dataOf(name), path, stage.name) } };
		},
		prepareReturn: (name, { path, stage }, signal) => prepare(dataOf(name), path, stage, signal),
		swapReturn: ({ path, stage }) => swap(path, stage),
		undoReturn: ({ path, stage }) => undo(path, stage),
		async endUndo({ stage, ...place }, kept) {
			const { host, path } = place;
			const hasKept = await endUndo(path, stage, kept);
			if (host === undefined) await removeMade(path);
			const now = host === undefined || !stage.untouched ? host : await fingerprint(path);
			return { place: now === undefined ? place : { ...place, host: now }, hasKept };
		},
		undonePath: (name, time) => undonePath(directory(name), time),
		finishReturn: ({ path, stage }) => finish(path, stage),
	};
}

/**
 * Runs work on the directory with a cage's state of `path`, through its descriptor, because the application may have put links
 * into the path. Returns undefined if there is none.
 */
async function inData<T>(data: Path, path: Path, work: (source: Path) => Promise<T>): Promise<T | undefined> {
	let source: number;
	try {
		source = openData(data, path);
	} catch (error) {
		if (error instanceof Failure && error.code === "data-gone") return undefined;
		throw error;
	}
	return withSource(source, work);
}
