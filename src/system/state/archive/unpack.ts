import { lchownSync, lutimesSync } from "node:fs";
import { type FileHandle, link, rename, symlink } from "node:fs/promises";
import type { ExportHead } from "../../../core/archive/head.ts";
import { ArchiveMembers, placeInGeneration } from "../../../core/archive/members.ts";
import type { ArchiveEntry } from "../../../core/archive/tar.ts";
import { entriesByPath, type Manifest } from "../../../core/cage/manifest.ts";
import { Failure } from "../../../core/failure.ts";
import { type Path, pathToBytes } from "../../../core/path/path.ts";
import { showPath } from "../../../core/path/quote.ts";
import type { ImportRequest } from "../../../engine/archive-store.ts";
import { below, makeDirectory, openBelow, openDirectory, openNew } from "../../files/descriptor.ts";
import { writeFailure } from "../../files/errors.ts";
import { runIn } from "../../tools.ts";
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
			else await makeDevice(directory, name, entry, entries.get(placeInGeneration(entry.path, head.generation)), signal);
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

/** Creates a node according to the verified manifest, not the archive. It gets a plain name first, because its own may be any bytes. */
async function makeDevice(
	directory: FileHandle,
	name: Path,
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
	async place(path: Path): Promise<{ readonly directory: FileHandle; readonly name: Path }> {
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
