import { type FileHandle, link, lstat, open, rename, stat } from "node:fs/promises";
import * as v from "valibot";
import {
	below,
	exists,
	isNoDirectory,
	makeDirectory,
	namesIn,
	namesOf,
	openBelow,
	openDirectory,
} from "../../base/host/descriptor.ts";
import { errorName, failedRead, ifMissing, unsafeData, writeFailure } from "../../base/host/errors.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { transientName } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { readState, writeJson } from "../../base/host/text-files.ts";
import { runIn } from "../../base/host/tools.ts";
import { copyTree, ownerInCage, setOwner, type TreeCopy } from "../../base/host/trees.ts";
import { baseName, isWithin, join, type Path, parent, pathSchema, pathToBytes, pathToJson } from "../../base/path/path.ts";
import { isInPlace } from "../../plan/binds.ts";
import type { Plan, WritableDirectory } from "../../plan/plan.ts";
import { allocatedBytes, requireSpace } from "./survey.ts";

const schemaOfSeeded = "cagewright/seeded/1";

/** Host paths whose state the cage has received. Each is copied only once, even if the application removes it later. */
const seededSchema = v.object({
	schema: v.literal(schemaOfSeeded),
	paths: v.array(pathSchema),
});

export async function readSeeded(cage: Path): Promise<Set<Path>> {
	const decode = (content: Buffer) => seededFromJson(String(content));
	return (await readState(join(cage, "seeded.json"), decode, { schema: schemaOfSeeded })) ?? new Set();
}

/** Throws if `writeSeeded` did not write the text. */
export function seededFromJson(text: string): Set<Path> {
	return new Set(v.parse(seededSchema, JSON.parse(text)).paths);
}

export async function writeSeeded(cage: Path, paths: ReadonlySet<Path>): Promise<void> {
	await writeJson(join(cage, "seeded.json"), { schema: schemaOfSeeded, paths: [...paths].sort().map(pathToJson) });
}

interface SeedRequest {
	readonly plan: Pick<Plan, "writable" | "ownerChange" | "stateInPlace">;
	/** `STATE/cages/NAME`. Its data is in `data/`, and `seeded.json` lists the seeded paths. The caller holds its lock. */
	readonly cage: Path;
	readonly signal?: AbortSignal;
	/** Progress in bytes of everything to seed. */
	onFile?(path: Path, bytesDone: number, bytesTotal: number): void;
}

/** All paths are host paths. */
export interface SeedResult {
	/** Seeds that were copied now. */
	readonly copied: readonly Path[];
	/** Seeds that were skipped, entirely or in part, because the cage has its own state there. */
	readonly kept: readonly Path[];
	/** Sockets, FIFOs and devices. */
	readonly skipped: readonly Path[];
	/** Files that changed while they were copied, so the copy may be inconsistent. */
	readonly unstable: readonly Path[];
}

/**
 * Creates `data/PATH` for every writable directory that is not in place and copies the seeds that this cage has not received before. Never overwrites
 * existing state. Each directory is filled under a hidden name and then moved, so a kill leaves no partial seed.
 * Throws what `copyTree` and `requireSafeFolder` throw, and `unsafe-data` (exit 4) if the cage's state has a link in the path of
 * something to create.
 */
export async function seedData(request: SeedRequest): Promise<SeedResult> {
	const { plan, signal } = request;
	const cage = await makeSafeFolder(request.cage);
	const data = await makeSafeFolder(join(cage, "data"));
	const remembered = await readSeeded(cage);
	const { stateInPlace: inPlace = [] } = plan;
	const ours = plan.writable.filter(({ path }) => !isInPlace(path, { inPlace }));
	const directories = ours.sort((a, b) => (a.path < b.path ? -1 : 1));
	const wanted = directories.flatMap(({ seeds }) => seeds).filter(({ path }) => !remembered.has(path));
	const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
	// The plan counts holes as bytes. Only if they would not fit is a closer look worth it.
	await requireSpace(data, total).catch(() =>
		requireSpace(
			data,
			wanted.reduce((sum, { path }) => sum + allocatedBytes(path), 0),
		),
	);

	let before = 0;
	let last = { path: undefined as Path | undefined, bytes: 0 };
	const job: TreeCopy = {
		isRoot: process.geteuid?.() === 0,
		ownerChange: plan.ownerChange,
		reflinks: new Set(),
		signal,
		skipped: [],
		unstable: [],
		onFile(path, bytes) {
			if (path !== last.path) before += last.bytes;
			last = { path, bytes };
			request.onFile?.(path, Math.min(before + bytes, total), total);
		},
	};
	const result = { copied: [] as Path[], kept: [] as Path[], skipped: job.skipped, unstable: job.unstable };
	await using top = await openDirectory(data);
	try {
		for (const directory of directories) {
			signal?.throwIfAborted();
			const seeds = directory.seeds.map(({ path }) => path).filter((path) => !remembered.has(path));
			const emptyFiles = (directory.emptyFiles ?? []).filter((path) => !remembered.has(path));
			const { copied, kept } = await fillDirectory(job, cage, top, { ...directory, seeds, emptyFiles });
			result.copied.push(...copied);
			result.kept.push(...kept);
			const received = [...seeds, ...emptyFiles];
			for (const path of received) remembered.add(path);
			if (received.length > 0) await writeSeeded(cage, remembered);
		}
	} catch (error) {
		throw writeFailure(error, data);
	}
	return result;
}

interface Target extends Omit<WritableDirectory, "seeds" | "emptyFiles"> {
	readonly seeds: readonly Path[];
	readonly emptyFiles: readonly Path[];
}

/** Returns the seeds that it copied, and those in whose place the data already has something. */
async function fillDirectory(
	job: TreeCopy,
	cage: Path,
	top: FileHandle,
	target: Target,
): Promise<{ readonly copied: readonly Path[]; readonly kept: readonly Path[] }> {
	await using above = await openData(top, parent(target.path), job);
	const staging = join(cage, transientName("seed"));
	try {
		const place = below(above, baseName(target.path));
		const isNew = !(await isDirectory(place, target.path));
		if (!isNew && target.seeds.length + target.emptyFiles.length === 0) return { copied: [], kept: [] };
		await makeDirectory(staging);
		await using folder = await openDirectory(staging);
		await makeDirectory(below(folder, "new" as Path));
		await using filled = await openDirectory(below(folder, "new" as Path));
		for (const seed of target.seeds) await stageSeed(job, filled, target.path, seed);
		for (const path of target.emptyFiles) await stageBelow({ job, filled, directory: target.path, copy: createEmpty }, path);
		// The target's owner, not the host directory's, because the plan may have corrected it.
		await setOwner(filled, target, job.isRoot);
		await runIn(folder, "sync", ["-f", "."], job.signal);
		if (isNew) await rename(pathToBytes(below(folder, "new" as Path)), pathToBytes(place));
		const kept = isNew ? [] : await merge(below(folder, "new" as Path), place, target.path);
		await above.sync();
		const overlaps = (seed: Path) => kept.some((path) => isWithin(path, seed) || isWithin(seed, path));
		return { copied: target.seeds.filter((seed) => !overlaps(seed)), kept: target.seeds.filter(overlaps) };
	} finally {
		await removeTree(staging);
	}
}

/** Returns false if nothing is there. Throws `unsafe-data` for a link, which could be the application's. */
async function isDirectory(place: Path, path: Path): Promise<boolean> {
	const status = await lstat(pathToBytes(place)).catch(ifMissing(undefined));
	if (status && !status.isDirectory()) throw unsafeData(path);
	return status !== undefined;
}

/** Opens a directory of the data by its path in the cage. Creates missing ones like the host's. */
async function openData(top: FileHandle, path: Path, job: TreeCopy): Promise<FileHandle> {
	try {
		const names = namesOf(path);
		return await openBelow(top, names, async (made, depth) => {
			const host = `/${names.slice(0, depth + 1).join("/")}` as Path;
			await setOwner(made, await ownerOnHost(host, job), job.isRoot);
		});
	} catch (error) {
		if (isNoDirectory(errorName(error))) throw unsafeData(path);
		throw writeFailure(error, path);
	}
}

async function ownerOnHost(path: Path, job: TreeCopy): Promise<{ uid: number; gid: number; mode: number }> {
	try {
		const stats = await stat(pathToBytes(path));
		return { ...ownerInCage(stats, job), mode: stats.mode & 0o1777 };
	} catch {
		return { uid: 0, gid: 0, mode: 0o755 };
	}
}

/** Copies a seed to its place below the directory that is being filled. */
async function stageSeed(job: TreeCopy, filled: FileHandle, directory: Path, seed: Path): Promise<void> {
	if (seed === directory) {
		await using source = await openHost(seed);
		for (const name of await namesIn(source)) {
			await copyTree(job, below(source, name), below(filled, name), join(seed, name));
		}
		return;
	}
	await stageBelow({ job, filled, directory, copy: copyTree }, seed);
}

interface FilledDirectory {
	readonly job: TreeCopy;
	/** The directory that is being filled, and its host path. */
	readonly filled: FileHandle;
	readonly directory: Path;
	readonly copy: typeof copyTree;
}

/** Stages a path below the directory, with its parent directories as on the host, unless something is there. */
async function stageBelow({ copy, directory, filled, job }: FilledDirectory, path: Path): Promise<void> {
	const names = path.slice(directory === "/" ? 1 : directory.length + 1).split("/") as Path[];
	const name = names.pop() ?? path;
	await using host = await openHost(parent(path));
	await using above = await openBelow(filled, names, async (made, depth) => {
		const host = join(directory, names.slice(0, depth + 1).join("/"));
		await setOwner(made, await ownerOnHost(host, job), job.isRoot);
	});
	if (!(await exists(below(above, name)))) await copy(job, below(host, name), below(above, name), path);
}

/** Creates a file with the owner and mode of `from`, unless that is no regular file any more. */
async function createEmpty(job: TreeCopy, from: Path, to: Path, name: Path): Promise<void> {
	const stats = await lstat(pathToBytes(from)).catch(ifMissing(undefined));
	if (!stats?.isFile()) return;
	try {
		await using file = await open(pathToBytes(to), "wx", 0o600);
		await setOwner(file, { ...ownerInCage(stats, job), mode: stats.mode & 0o777 }, job.isRoot);
	} catch (error) {
		throw writeFailure(error, name);
	}
}

/** Opens a host directory by its real path, without following any link. */
async function openHost(path: Path): Promise<FileHandle> {
	await using top = await openDirectory("/" as Path);
	return await openBelow(top, namesOf(path)).catch(failedRead(path));
}

/**
 * Moves the content of `from` into `to` where nothing exists yet, and returns the host paths that existed. Merges directories.
 * link(2) and rename(2) fail rather than replace a name that has just appeared.
 */
async function merge(from: Path, to: Path, name: Path): Promise<Path[]> {
	await using source = await openDirectory(from);
	await using target = await openDirectory(to).catch((error: unknown) => {
		if (isNoDirectory(errorName(error))) throw unsafeData(name);
		throw error;
	});
	const kept: Path[] = [];
	for (const child of await namesIn(source)) {
		const [old, place, shown] = [below(source, child), below(target, child), join(name, child)];
		const isDirectory = (await lstat(pathToBytes(old))).isDirectory();
		if (!isDirectory) {
			if (!(await linkUnlessThere(old, place))) kept.push(shown);
		} else if (!(await exists(place))) await rename(pathToBytes(old), pathToBytes(place));
		else if ((await lstat(pathToBytes(place))).isDirectory()) kept.push(...(await merge(old, place, shown)));
		else kept.push(shown);
	}
	await target.sync();
	return kept;
}

async function linkUnlessThere(from: Path, to: Path): Promise<boolean> {
	try {
		await link(pathToBytes(from), pathToBytes(to));
		return true;
	} catch (error) {
		if (errorName(error) === "EEXIST") return false;
		throw error;
	}
}
