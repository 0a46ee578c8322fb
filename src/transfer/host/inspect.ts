import { createHash } from "node:crypto";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cageFromJson } from "../../cage/host/cage-json.ts";
import { seededFromJson } from "../../cage/host/seed.ts";
import { type Manifest, manifestFromJson } from "../../cage/manifest.ts";
import { accountFiles, type ObservedFile } from "../../check/audit.ts";
import type { ObservedState } from "../../check/tampering.ts";
import { foreignTraceFrom } from "../../trace/host/traces.ts";
import type { Trace } from "../../trace/trace.ts";
import { type ExportHead, exportHeadFromJson } from "../archive/head.ts";
import { ArchiveMembers, type ArchivePart, archiveLimits, placeInGeneration } from "../archive/members.ts";
import type { ArchiveEntry } from "../archive/tar.ts";
import type { InspectedArchive } from "../ports.ts";
import { ArchiveFile } from "./reader.ts";

/** Disk space of a name in addition to its bytes: an inode, and half a block. */
const bytesOfName = 4096;

/**
 * Reads an archive completely. Throws `no-export` and `export-damaged` (exit 2) if it is not an export. A refusal is part of the
 * result, so that the user can inspect the content.
 */
export async function inspectArchive(path: Path, signal: AbortSignal): Promise<InspectedArchive> {
	await using archive = await ArchiveFile.open(path);
	const head = await readHead(archive, signal);
	const found = await readNames(archive, head, signal);
	const damaged = (where: string) => new Failure("export-damaged", { path: showPath(path), where }, 2);
	const manifestPath = `manifests/${head.generation}.json` as Path;
	const manifestJson = parseJson(found.parts.get(manifestPath));
	const manifest = manifestOf(manifestJson);
	const cageText = found.parts.get("cage.json" as Path)?.toString("utf8");
	const cage = cageText === undefined ? undefined : cageFromJson(cageText);
	if (manifest === undefined) throw found.refusal ?? damaged("manifests");
	if (!cage || cage.name !== head.name || manifest.name !== head.name || manifest.generation !== head.generation) {
		throw found.refusal ?? damaged("cage.json");
	}
	let { refusal } = found;
	if (!refusal) {
		try {
			found.members.finish(manifest.writable.map((one) => one.path));
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			refusal = error;
		}
	}
	const parts = new Map(found.parts);
	const log = parts.get("log" as Path);
	if (log) parts.set("log" as Path, wellFormed(log));
	const seeded = parts.get("seeded.json" as Path);
	if (seeded && !isSeeded(seeded)) throw refusal ?? damaged("seeded.json");
	for (const name of ["export.json", "cage.json", manifestPath]) parts.delete(name as Path);
	let trace: Trace | undefined;
	for (const [name, bytes] of parts) {
		if (!name.startsWith("traces/")) continue;
		const one = await foreignTraceFrom(bytes);
		if (!one) throw refusal ?? damaged(name);
		if (name === "traces/host.json.gz") trace = one;
	}
	return {
		path,
		head,
		cage,
		cageJson: parseJson(Buffer.from(cageText ?? "")),
		manifest,
		manifestJson,
		...omitUndefined({ trace }),
		observed: refusal ? [] : await observedOf(archive, found.generation, head.generation, signal),
		dataEntries: found.dataEntries,
		dataOwners: found.dataOwners,
		bytes: found.bytes,
		parts,
		...omitUndefined({ refusal }),
	};
}

function isSeeded(bytes: Buffer): boolean {
	return attempt(() => seededFromJson(bytes.toString("utf8"))) !== undefined;
}

/** Keeps only lines in this program's log format, on which later readers rely. */
function wellFormed(log: Buffer): Buffer {
	const lines = log.toString("utf8").split("\n");
	const isLine = (line: string) => {
		const [, details] = /^\d{4}-[\d:.TZ-]+ [\w-]{1,40} (\{.*\})$/.exec(line) ?? [];
		return details !== undefined && parseJson(Buffer.from(details)) !== undefined;
	};
	return Buffer.from(
		lines
			.filter(isLine)
			.map((line) => `${line}\n`)
			.join(""),
	);
}

/** Reads the first file. Throws `no-export` (exit 2). */
async function readHead(archive: ArchiveFile, signal: AbortSignal): Promise<ExportHead> {
	const no = new Failure("no-export", { path: showPath(archive.path) }, 2);
	const entries = archive.entries(signal);
	try {
		const first = await entries.next().catch((error: unknown) => {
			// A damaged first entry means that the file is no export.
			if (error instanceof Failure && error.code === "export-damaged") throw no;
			throw error;
		});
		if (first.done || first.value.path !== "export.json" || first.value.kind !== "file") throw no;
		if (first.value.size > archiveLimits.head || first.value.segments) throw no;
		const head = exportHeadFromJson((await archive.whole(first.value)).toString("utf8"));
		if (head === undefined) throw no;
		return head;
	} finally {
		await entries.return(undefined);
	}
}

interface Names {
	readonly members: ArchiveMembers;
	readonly generation: readonly ArchiveEntry[];
	readonly parts: ReadonlyMap<Path, Buffer>;
	readonly dataEntries: number;
	readonly dataOwners: InspectedArchive["dataOwners"];
	readonly bytes: number;
	readonly refusal?: Failure;
}

const keptInMemory: ReadonlySet<ArchivePart> = new Set(["head", "cage", "manifest", "trace", "log", "seeded"]);

async function readNames(archive: ArchiveFile, head: ExportHead, signal: AbortSignal): Promise<Names> {
	const members = new ArchiveMembers(head);
	const generation: ArchiveEntry[] = [];
	const parts = new Map<Path, Buffer>();
	let [bytes, dataEntries] = [0, 0];
	const dataOwners = { uids: new Set<number>(), gids: new Set<number>() };
	let refusal: Failure | undefined;
	for await (const entry of archive.entries(signal)) {
		let part: ArchivePart;
		try {
			part = members.take(entry);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			refusal ??= error;
			if (error.code === "archive-limit") break;
			continue;
		}
		bytes += entry.stored + bytesOfName;
		if (part === "generation") generation.push(entry);
		if (part === "data") {
			dataEntries++;
			dataOwners.uids.add(entry.uid);
			dataOwners.gids.add(entry.gid);
		}
		if (!keptInMemory.has(part)) continue;
		// None of them has holes, and a hole would need memory.
		if (entry.segments) throw new Failure("export-damaged", { path: showPath(archive.path), where: showPath(entry.path) }, 2);
		parts.set(entry.path, await archive.whole(entry));
	}
	return { members, generation, parts, dataEntries, dataOwners, bytes, ...omitUndefined({ refusal }) };
}

function parseJson(bytes: Buffer | undefined): unknown {
	return attempt(() => JSON.parse(bytes?.toString("utf8") ?? ""));
}

function manifestOf(json: unknown): Manifest | undefined {
	try {
		return manifestFromJson(json);
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
}

async function observedOf(
	archive: ArchiveFile,
	entries: readonly ArchiveEntry[],
	generation: number,
	signal: AbortSignal,
): Promise<(ObservedFile & ObservedState)[]> {
	const observed: (ObservedFile & ObservedState)[] = [];
	for (const entry of entries) {
		const { device, gid, kind, link, mode, uid } = entry;
		if (kind === "hard-link") continue; // Already refused.
		const path = placeInGeneration(entry.path, generation);
		const content = kind === "file" && accountFiles.includes(path) && entry.stored < 2 ** 20 && !entry.segments;
		observed.push({
			path,
			kind,
			mode: kind === "symlink" ? 0o777 : mode,
			uid,
			gid,
			links: 1,
			...omitUndefined({ device }),
			...(kind === "symlink" && link !== undefined ? { target: link } : {}),
			...(content ? { content: (await archive.whole(entry)).toString("latin1") } : {}),
			...(kind === "file" ? { sha256: await hashOf(archive, entry, signal) } : {}),
		});
	}
	return observed;
}

const zeros = Buffer.alloc(2 ** 18);

async function hashOf(archive: ArchiveFile, entry: ArchiveEntry, signal: AbortSignal): Promise<string> {
	const hash = createHash("sha256");
	const skip = (length: number) => {
		for (let left = length; left > 0; left -= zeros.length) hash.update(zeros.subarray(0, Math.min(left, zeros.length)));
	};
	const segments = entry.segments ?? [{ offset: 0, length: entry.stored }];
	let [reached, at] = [0, entry.at];
	for (const { length, offset } of segments) {
		skip(offset - reached);
		for await (const chunk of archive.content({ at, stored: length }, signal)) hash.update(chunk);
		at += length;
		reached = offset + length;
	}
	skip(entry.size - reached);
	return hash.digest("hex");
}
