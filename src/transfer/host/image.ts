import { createHash } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, rename } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { failedWrite, writeFailure } from "../../base/host/errors.ts";
import { sha256 } from "../../base/host/hash.ts";
import { withNewFile, withNewFolder } from "../../base/host/place.ts";
import { transientName } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { programFailure, toolEnvironment, toolRunner } from "../../base/host/tools.ts";
import { walk } from "../../base/host/walk.ts";
import { join, type Path, pathFromBytes, pathToBytes, root, root as top } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { tarEnd, tarHeader, tarPadding } from "../archive/tar.ts";
import { type Descriptor, layerType, ociIndex } from "../image/oci.ts";
import { type FoundFile, type ImageMember, type ImageTree, imageTree, refuseWhiteouts } from "../image/tree.ts";
import type { ImageContent, ImageRequest } from "../ports.ts";
import { textOf } from "./pack.ts";

/**
 * Writes an image layout to a new folder, or to a new tar archive of it. Returns the image's digest. Throws `export-whiteout` (exit 4) if
 * the cage has files that a layer cannot contain, also those that the manifest does not name.
 */
export async function writeImage({ image, isArchive, to, ...content }: ImageRequest, signal: AbortSignal): Promise<string> {
	const tree = await treeOf(content, signal);
	const files = tree.members.map(({ path }) => path);
	refuseWhiteouts(image.workload.name, files);
	let digest = "";
	const write = async (folder: Path) => {
		digest = (await writeLayout(folder, tree, image, signal)).digest;
	};
	if (!isArchive) await withNewFolder(to, write);
	else {
		await withNewFile(to, async (file, { beside }) => {
			const folder = beside(transientName("tmp"));
			try {
				await mkdir(pathToBytes(folder), { mode: 0o700 });
				await write(folder);
				await writeTar(found(folder, signal).map(asOurs(tree.created)), appendTo(file, to), signal);
			} catch (error) {
				throw writeFailure(error, to);
			} finally {
				await removeTree(folder);
			}
		});
	}
	return digest;
}

/** The layout's own files have no owner and one time. */
const asOurs = (mtime: number) => (member: FoundFile) => ({
	...member,
	uid: 0,
	gid: 0,
	mtime,
	mode: member.kind === "directory" ? 0o755 : 0o644,
});

/** The files of an image, from the generation on disk. */
async function treeOf(
	{ added, latest, manifest, owners, packageFiles, root }: ImageContent,
	signal: AbortSignal,
): Promise<ImageTree> {
	const onDisk = found(root, signal);
	const files = owners ? onDisk.map((file) => ({ ...file, uid: owners.uid(file.uid), gid: owners.gid(file.gid) })) : onDisk;
	const md5 = new Map<Path, string>();
	for (const { kind, path, source } of files) {
		if (kind !== "file" || source === undefined) continue;
		const hash = createHash("md5");
		await readMember(source, async (chunk) => void hash.update(chunk), signal);
		md5.set(path, hash.digest("hex"));
	}
	return imageTree(await withTargets(files), manifest, [...added, ...packageFiles(md5)], latest);
}

/** Files, directories and links below a folder, as absolute paths in it. */
function found(folder: Path, signal: AbortSignal): FoundFile[] {
	const files: FoundFile[] = [];
	for (const { path, stats } of walk(folder, top)) {
		signal.throwIfAborted();
		const kind = stats?.isFile() ? "file" : stats?.isDirectory() ? "directory" : stats?.isSymbolicLink() ? "symlink" : undefined;
		if (!stats || kind === undefined) continue;
		files.push({
			path,
			kind,
			mode: Number(stats.mode) & 0o7777,
			uid: Number(stats.uid),
			gid: Number(stats.gid),
			mtime: Number(stats.mtimeNs / 1_000_000_000n),
			size: kind === "file" ? Number(stats.size) : 0,
			...(path === top ? {} : { source: join(folder, path.slice(1)) }),
		});
	}
	return files;
}

function withTargets(files: readonly FoundFile[]): Promise<FoundFile[]> {
	return Promise.all(
		files.map(async (file) => {
			if (file.kind !== "symlink" || file.source === undefined) return file;
			return { ...file, mode: 0o777, target: pathFromBytes(await readlink(pathToBytes(file.source), "buffer")) };
		}),
	);
}

type Sink = (chunk: Uint8Array) => Promise<void>;

async function writeLayout(
	folder: Path,
	tree: ImageTree,
	image: ImageRequest["image"],
	signal: AbortSignal,
): Promise<Descriptor> {
	const blobs = join(folder, "blobs/sha256");
	await mkdir(pathToBytes(blobs), { recursive: true, mode: 0o700 });
	const layer = await writeLayer(blobs, tree, signal);
	const pending: Promise<void>[] = [];
	const digests = new Set<string>();
	const described = ociIndex(image, layer, tree.created, (content, mediaType) => {
		const hex = sha256(content);
		if (!digests.has(hex)) pending.push(writeText(join(blobs, hex), content));
		digests.add(hex);
		return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content) };
	});
	await Promise.all(pending);
	await writeText(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
	await writeText(join(folder, "index.json"), described.index);
	return described.image;
}

async function writeLayer(blobs: Path, tree: ImageTree, signal: AbortSignal): Promise<Descriptor> {
	const hash = createHash("sha256");
	let size = 0;
	const place = join(blobs, "layer");
	await withNewFile(place, async (file) => {
		const append = appendTo(file, place);
		const counted = (chunk: Uint8Array) => {
			hash.update(chunk);
			size += chunk.length;
			return append(chunk);
		};
		await writeTar(tree.members, counted, signal);
	});
	const hex = hash.digest("hex");
	await rename(pathToBytes(place), pathToBytes(join(blobs, hex)));
	return { mediaType: layerType, digest: `sha256:${hex}`, size };
}

/** Writes an archive of these files. */
async function writeTar(members: readonly ImageMember[], sink: Sink, signal: AbortSignal): Promise<void> {
	for (const member of members) {
		const path = (member.path === top ? "." : member.path.slice(1)) as Path;
		await sink(tarHeader({ ...member, path }));
		if (member.kind !== "file") continue;
		if (member.content) await sink(member.content);
		else if (member.source !== undefined) {
			const size = await readMember(member.source, sink, signal);
			if (size !== member.size) throw new Failure("export-data-changed", { name: showPath(member.source) }, 4);
		}
		await sink(tarPadding(member.size));
	}
	await sink(tarEnd);
}

async function readMember(source: Path, sink: Sink, signal: AbortSignal): Promise<number> {
	const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
	const file = await open(pathToBytes(source), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	try {
		const chunk = Buffer.allocUnsafe(2 ** 18);
		for (let size = 0; ; ) {
			signal.throwIfAborted();
			const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
			if (bytesRead === 0) return size;
			await sink(chunk.subarray(0, bytesRead));
			size += bytesRead;
		}
	} finally {
		await file.close();
	}
}

/** Appends whole chunks. */
function appendTo(file: FileHandle, path: Path): Sink {
	return async (chunk) => {
		await file.appendFile(chunk).catch(failedWrite(path));
	};
}

function writeText(path: Path, content: string): Promise<void> {
	return withNewFile(path, (file) => appendTo(file, path)(Buffer.from(content)));
}

/** Writes texts by name into a new folder. Throws like `withNewFolder`. */
export function writeTexts(to: Path, texts: ReadonlyMap<string, string>): Promise<void> {
	return withNewFolder(to, async (folder) => {
		for (const [name, text] of texts) await writeText(join(folder, name), text);
	});
}

/** Writes the image of a portable service with mksquashfs(1) or, as a folder, with tar. Both take an archive from stdin. */
export async function writePortable(content: ImageContent, to: Path, isFile: boolean, signal: AbortSignal): Promise<void> {
	const { created, members } = await treeOf(content, signal);
	const unpack = (command: readonly string[], files = members) =>
		fill(command, to, signal, (sink) => writeTar(files, sink, signal));
	if (!isFile) {
		await withNewFolder(to, async (folder) => {
			await unpack(["tar", "--extract", "--preserve-permissions", "--numeric-owner", `--directory=${textOf(folder)}`]);
		});
		return;
	}
	const files = members.filter(({ path }) => path !== root);
	await withNewFile(to, (_, { path }) => unpack(["mksquashfs", "-", textOf(path), ...squashWords(created)], files));
}

/** mksquashfs takes no values for the root directory from an archive. */
function squashWords(time: number): string[] {
	const words = ["-tar", "-noappend", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "3"];
	const ofRoot = ["-root-mode", "0755", "-root-uid", "0", "-root-gid", "0", "-root-time", String(time)];
	return [...words, "-mkfs-time", String(time), ...ofRoot];
}

/** Runs a program that reads what `write` sends to its stdin. Throws `disk-full` or `program-failed` (exit 1). */
async function fill(
	[program = "", ...words]: readonly string[],
	to: Path,
	signal: AbortSignal,
	write: (sink: (chunk: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
	const run = await toolRunner();
	const child = run(program, words, {
		env: { ...toolEnvironment, LC_ALL: "C" },
		stdout: "ignore",
		reject: false,
		cancelSignal: signal,
	});
	const isOpen = () => child.stdin.writable && child.exitCode === null;
	const writing = write(async (chunk) => {
		if (isOpen() && !child.stdin.write(Buffer.from(chunk)))
			await Promise.race([once(child.stdin, "drain").catch(() => {}), child]);
	}).finally(() => child.stdin.end());
	const [ended] = await Promise.all([child, writing]);
	signal.throwIfAborted();
	const how = ended.exitCode ?? ended.signal;
	if (ended.failed) throw programFailure(program, { how, stderr: ended.stderr }, to);
}
