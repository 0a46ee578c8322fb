import { lchownSync, lutimesSync } from "node:fs";
import { type FileHandle, link, rename, symlink } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { below, makeDirectory, openBelow, openDirectory, openNew, syncDirectory } from "../../base/host/descriptor.ts";
import { errorName, isMissing, writeFailure } from "../../base/host/errors.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { transientName } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { writeAtomic, writeJson } from "../../base/host/text-files.ts";
import { runIn } from "../../base/host/tools.ts";
import { join, type Path, parent, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cageToJson } from "../../cage/host/cage-json.ts";
import { cagePaths, clearRemovedCages, interruptedImports, openState } from "../../cage/host/cages.ts";
import { generationPaths } from "../../cage/host/generations.ts";
import { readMadeAccount, writeMadeAccount } from "../../cage/host/made-account.ts";
import { observe } from "../../cage/host/observe.ts";
import { seedData } from "../../cage/host/seed.ts";
import { requireSpace } from "../../cage/host/survey.ts";
import { entriesByPath, type Manifest, manifestToJson } from "../../cage/manifest.ts";
import { foreignTraceFrom, writeTrace } from "../../trace/host/traces.ts";
import type { ExportHead } from "../archive/head.ts";
import { ArchiveMembers, placeInGeneration } from "../archive/members.ts";
import type { ArchiveEntry } from "../archive/tar.ts";
import type { ImportRequest, InterruptedImport, ReceivedCage } from "../ports.ts";
import { ArchiveFile } from "./reader.ts";

interface UnpackJob {
	readonly archive: Path;
	readonly head: ExportHead;
	readonly manifest: Manifest;
	readonly local: ImportRequest["local"];
	/** A new directory that only root can enter. */
	readonly staging: Path;
	readonly signal: AbortSignal;
}

/**
 * Writes the generation and data of an inspected archive. The file may have changed since, so every name is judged again. Each
 * directory is opened below the one before without following links, files are newly created, and owners and modes are set by
 * descriptor.
 */
export async function unpackArchive({ archive: path, head, local, manifest, signal, staging }: UnpackJob): Promise<void> {
	await using archive = await ArchiveFile.open(path);
	await using top = await openDirectory(staging);
	await using tree = new Tree(top);
	const entries = entriesByPath(manifest);
	const members = new ArchiveMembers(head);
	const directories: ArchiveEntry[] = [];
	await makeDirectory(below(top, "generations" as Path));
	for await (const foreign of archive.entries(signal)) {
		const part = members.take(foreign);
		if (part !== "generation" && part !== "data") continue;
		const entry = { ...foreign, uid: local.owners.uid(foreign.uid), gid: local.owners.gid(foreign.gid) };
		const { directory, name } = await tree.place(entry.path);
		const place = below(directory, name);
		try {
			if (entry.kind === "directory") {
				await makeDirectory(place);
				directories.push(entry);
			} else if (entry.kind === "file") {
				const content = part === "generation" ? local.contents.get(placeInGeneration(entry.path, head.generation)) : undefined;
				if (content === undefined) await writeFile(archive, entry, place, signal);
				else await writeText(entry, place, content);
			} else if (entry.kind === "symlink") {
				await symlink(pathToBytes(entry.link ?? ("" as Path)), pathToBytes(place));
				if (isRoot()) lchownSync(pathToBytes(place), entry.uid, entry.gid);
				lutimesSync(pathToBytes(place), entry.mtime, entry.mtime);
			} else if (entry.kind === "hard-link") await linkAgain(top, entry, place);
			else await makeDevice({ directory, name }, entry, entries.get(placeInGeneration(entry.path, head.generation)), signal);
		} catch (error) {
			throw writeFailure(error, entry.path);
		}
	}
	members.finish(manifest.writable.map((one) => one.path));
	// Deepest first, because writing below changes the times of the directories above.
	for (const entry of directories.reverse()) {
		await using directory = await openBelow(top, entry.path.split("/") as Path[]);
		await setAttributes(directory, entry);
	}
}

const isRoot = () => process.geteuid?.() === 0;

/** Sets the owner before the mode, because chown clears setuid bits, and the times last. */
async function setAttributes(file: FileHandle, { gid, mode, mtime, uid }: ArchiveEntry): Promise<void> {
	if (isRoot()) await file.chown(uid, gid);
	await file.chmod(mode);
	await file.utimes(mtime, mtime);
}

async function writeFile(archive: ArchiveFile, entry: ArchiveEntry, place: Path, signal: AbortSignal): Promise<void> {
	await using file = await openNew(place);
	let at = entry.at;
	for (const { length, offset } of entry.segments ?? [{ offset: 0, length: entry.stored }]) {
		let to = offset;
		for await (const chunk of archive.content({ at, stored: length }, signal)) {
			for (let done = 0; done < chunk.length; ) {
				done += (await file.write(chunk, done, chunk.length - done, to + done)).bytesWritten;
			}
			to += chunk.length;
		}
		at += length;
	}
	if (entry.segments) await file.truncate(entry.size);
	await setAttributes(file, entry);
}

async function writeText(entry: ArchiveEntry, place: Path, content: string): Promise<void> {
	await using file = await openNew(place);
	await file.writeFile(content);
	await setAttributes(file, entry);
}

/** link(2) does not follow a link at the end of the old name, and its folders are opened one by one. */
async function linkAgain(top: FileHandle, entry: ArchiveEntry, place: Path): Promise<void> {
	const names = (entry.link ?? "").split("/") as Path[];
	const last = names.pop() ?? ("" as Path);
	await using directory = await openBelow(top, names);
	await link(pathToBytes(below(directory, last)), pathToBytes(place));
}

interface OpenPlace {
	readonly directory: FileHandle;
	readonly name: Path;
}

/** Creates a node according to the verified manifest, not the archive. It gets a plain name first, because its own may be any bytes. */
async function makeDevice(
	{ directory, name }: OpenPlace,
	entry: ArchiveEntry,
	planned: Manifest["entries"][number] | undefined,
	signal: AbortSignal,
): Promise<void> {
	const device = planned?.kind === "device" ? planned.device : undefined;
	if (device?.type !== "c") throw new Failure("archive-node", { path: showPath(entry.path), kind: entry.kind }, 4);
	if (!isRoot()) return;
	await runIn(directory, "mknod", ["-m", "600", ".node", device.type, String(device.major), String(device.minor)], signal);
	const node = below(directory, ".node" as Path);
	lchownSync(pathToBytes(node), planned?.uid ?? 0, planned?.gid ?? 0);
	await runIn(directory, "chmod", [(planned?.mode ?? 0o600).toString(8), ".node"], signal);
	await rename(pathToBytes(node), pathToBytes(below(directory, name)));
}

/** Opens folders below a directory. The last one stays open, because archives list a folder's names together. */
class Tree {
	readonly #top: FileHandle;
	#last: { readonly path: string; readonly directory: FileHandle } | undefined;

	constructor(top: FileHandle) {
		this.#top = top;
	}

	/** The open folder of a name, valid until the next call. */
	async place(path: Path): Promise<OpenPlace> {
		const slash = path.lastIndexOf("/");
		const folder = slash < 0 ? "" : path.slice(0, slash);
		const name = path.slice(slash + 1) as Path;
		if (this.#last?.path !== folder) {
			await this[Symbol.asyncDispose]();
			const directory = await openBelow(this.#top, (folder === "" ? [] : folder.split("/")) as Path[]);
			this.#last = { path: folder, directory };
		}
		return { directory: (this.#last as { directory: FileHandle }).directory, name };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#last?.directory.close();
		this.#last = undefined;
	}
}

/**
 * Unpacks an inspected and confirmed archive next to the cages, under a hidden name in a folder that only root can enter. The
 * caller verifies it and then calls `publish` or `discard`. Throws `disk-full` (exit 1) before anything is written.
 */
export async function receiveCage(
	state: Path,
	{ cage, inspected, local, manifest }: ImportRequest,
	signal: AbortSignal,
): Promise<ReceivedCage> {
	const { name } = cage;
	const { head, parts } = inspected;
	await openState(state);
	const cages = join(state, "cages");
	await clearRemovedCages(state);
	await requireSpace(cages, inspected.bytes);
	const target = cagePaths(state, name).directory;
	const staging = join(cages, transientName("staging"));
	await makeSafeFolder(staging);
	const discard = async () => void (await removeTree(staging));
	try {
		await unpackArchive({ archive: inspected.path, head, local, manifest, staging, signal });
		const paths = generationPaths(staging);
		await makeSafeFolder(paths.manifests);
		await makeSafeFolder(join(staging, "traces"));
		// Use the inspected bytes, because the file may have changed since.
		for (const [part, bytes] of parts) {
			const [, name] = /^traces\/(.+)\.json\.gz$/.exec(part) ?? [];
			const trace = name === undefined ? undefined : await foreignTraceFrom(Buffer.from(bytes));
			if (name !== undefined && trace) await writeTrace(join(staging, "traces"), name, local.trace(trace));
			else await writeAtomic(join(staging, part), bytes);
		}
		const root = paths.root(head.generation);
		return {
			manifest,
			root,
			data: join(staging, "data"),
			discard,
			saveAccount: (account) => writeMadeAccount(staging, account),
			publish: async () => {
				const received = { ...manifest, entries: restamped(manifest, root) };
				await writeJson(paths.manifest(head.generation), manifestToJson(received));
				await writeJson(join(staging, "cage.json"), cageToJson(cage));
				await symlink(`generations/${head.generation}`, pathToBytes(paths.current));
				// Without exported data it starts empty: this machine's files at those places belong to another application.
				const writable = manifest.writable.map((one) => ({ ...one, seeds: [], emptyFiles: [] }));
				await seedData({ plan: { writable }, cage: staging, signal });
				await using directory = await openDirectory(staging);
				await runIn(directory, "sync", ["-f", "."], signal);
				try {
					// rename(2) replaces an empty folder and nothing else.
					await rename(pathToBytes(staging), pathToBytes(target));
				} catch (error) {
					throw errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST"
						? new Failure("import-there", { name }, 4)
						: writeFailure(error, target);
				}
				await syncDirectory(cages);
			},
		};
	} catch (error) {
		await discard();
		throw error;
	}
}

/** Renames what they left to a name of this process first. */
export async function takeInterrupted(state: Path): Promise<InterruptedImport[]> {
	const taken: InterruptedImport[] = [];
	for (const left of await interruptedImports(state)) {
		const place = join(parent(left), transientName("removed"));
		try {
			await rename(pathToBytes(left), pathToBytes(place));
		} catch (error) {
			// Another command was faster.
			if (isMissing(error)) continue;
			throw writeFailure(error, left);
		}
		const account = await readMadeAccount(place);
		if (account) taken.push({ account, discard: async () => void (await removeTree(place)) });
	}
	return taken;
}

/** Records the new copies' stamps, whose content was just verified. The original sources are on another machine. */
function restamped(manifest: Manifest, root: Path): Manifest["entries"] {
	return manifest.entries.map(({ copy: _, source: __, ...entry }) => {
		const stamp = entry.kind === "file" ? observe(`${root}${entry.path}` as Path, entry.path)?.stamp : undefined;
		return stamp === undefined ? entry : { ...entry, copy: stamp };
	});
}
