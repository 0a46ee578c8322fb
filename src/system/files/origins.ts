import { type BigIntStats, lstatSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { ChangedOrigin, HostChanges } from "../../core/cage/drift.ts";
import type { Manifest, ManifestEntry } from "../../core/cage/manifest.ts";
import { isWithin, type Path, parent, pathToBytes, root } from "../../core/path/path.ts";
import type { Reason } from "../../core/plan/plan.ts";
import { startOfRule } from "../../core/plan/rules.ts";
import { errorName } from "./errors.ts";
import { hashFiles, sameStamp, stampOf } from "./hash.ts";

/**
 * Files and links of the host that are not what a generation was copied from any more. A file whose stat(2) is as it was then is not read;
 * with `deep` every one is.
 */
export async function changedOrigins(manifest: Manifest, deep: boolean, signal?: AbortSignal): Promise<HostChanges> {
	const changed: ChangedOrigin[] = [];
	const unsure: ManifestEntry[] = [];
	const note = (entry: ManifestEntry, change: ChangedOrigin["change"]) =>
		changed.push({ path: entry.path, change, ...(entry.package ? { was: entry.package } : {}) });
	// What was added in the cage never had one.
	const entries = manifest.entries.filter(({ edited, kind }) => edited !== "" && (kind === "file" || kind === "symlink"));
	const files = entries.filter(({ kind }) => kind === "file");
	// Read by threads while we look at the rest.
	const all = deep ? hashFiles(files.map(placeOf), signal) : undefined;
	all?.catch(() => {}); // Told below, unless something else ends this before.
	let looked = 0;
	let isTouched = false;
	for (const entry of entries) {
		signal?.throwIfAborted();
		if (++looked % 500 === 0) await setImmediate();
		if (entry.kind === "symlink") {
			const change = changeOfLink(entry);
			if (change) note(entry, change);
			continue;
		}
		const stats = lookAt(entry);
		const change = changeOfFile(entry, stats, deep);
		// What was edited in the cage has rights and a time of its own.
		if (change !== undefined && stats && entry.edited === undefined)
			isTouched ||= hasOtherRights(entry, stats, manifest) || hasOtherTime(entry, stats);
		if (change === "unsure") unsure.push(entry);
		else if (change) note(entry, change);
	}
	const [read, hashes] = all ? [files, await all] : [unsure, await hashFiles(unsure.map(placeOf), signal)];
	const wanted = new Set(unsure);
	for (const [index, entry] of read.entries()) {
		if (wanted.has(entry) && hashes[index] !== (entry.edited ?? entry.sha256)) note(entry, "changed");
	}
	return { changed: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), isTouched: isTouched || areFoldersTouched(manifest) };
}

function areFoldersTouched(manifest: Manifest): boolean {
	const listed = new Set(listedFolders(manifest.entries));
	const writable = new Set(manifest.writable.map(({ path }) => path));
	return manifest.entries.some((entry) => {
		// What the host had not was made for what is mounted there, and has the rights of that.
		if (entry.kind !== "directory" || entry.mtime === 0 || writable.has(entry.path)) return false;
		const stats = lookAt(entry);
		return stats === undefined || hasOtherRights(entry, stats, manifest) || (listed.has(entry) && hasOtherTime(entry, stats));
	});
}

/** As far as they go into the cage (`cageEntries`), or keep a file out of it. */
function hasOtherRights({ gid, mode, uid }: ManifestEntry, stats: BigIntStats, { owner }: Manifest): boolean {
	const now = Number(stats.mode);
	const isOtherMode = (now & 0o755) !== (mode & 0o755) || (stats.isFile() && (now & 0o6000 & ~mode) !== 0);
	return isOtherMode || (owner === undefined && (Number(stats.uid) !== uid || Number(stats.gid) !== gid));
}

/** In milliseconds, as a plan has it. */
function hasOtherTime({ mtime }: ManifestEntry, { mtimeMs }: BigIntStats): boolean {
	return Number(mtimeMs) !== Math.trunc(mtime);
}

function lookAt(entry: ManifestEntry): BigIntStats | undefined {
	return attempt(() => lstatSync(pathToBytes(placeOf(entry)), { bigint: true }));
}

function placeOf({ origin, path }: ManifestEntry): Path {
	return origin ?? path;
}

/** What stat(2) tells; `unsure` where the content has to be read. */
function changeOfFile(
	entry: ManifestEntry,
	stats: BigIntStats | undefined,
	deep: boolean,
): ChangedOrigin["change"] | "unsure" | undefined {
	const { edited, source } = entry;
	if (stats === undefined) return "gone";
	if (!stats.isFile()) return "changed";
	// Another size is another content: nothing of it has to be read, and of a hole of terabytes nothing is.
	if (edited === undefined && stats.size !== BigInt(entry.size)) return "changed";
	const isAsItWas = source !== undefined && edited === undefined && sameStamp(stampOf(stats), source);
	return isAsItWas && !deep ? undefined : "unsure";
}

function changeOfLink({ edited, path, target }: ManifestEntry): ChangedOrigin["change"] | undefined {
	const now = attempt(() => readlinkSync(pathToBytes(path), { encoding: "latin1" }) as Path);
	if (now === undefined) return attempt(() => lstatSync(pathToBytes(path))) === undefined ? "gone" : "changed";
	return now === (edited ?? target) ? undefined : "changed";
}

function attempt<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (errorName(error) === undefined) throw error;
		return undefined;
	}
}

/**
 * Directories of which everything goes into a cage, or all that a pattern names: those of included folders, and of libraries and sources that go in whole.
 * By their time one knows that something was put there. What is new in any other is nothing to the cage, and some, as /tmp, change all the time.
 */
export function listedFolders(entries: readonly ManifestEntry[]): ManifestEntry[] {
	const listed = new Set<Path>();
	const done = new Set<string>();
	for (const { kind, path, reasons } of entries) {
		const folder = kind === "directory" ? path : parent(path);
		for (const reason of reasons) {
			const top = topOf(reason);
			if (top === undefined || done.has(`${top}\0${folder}`)) continue;
			done.add(`${top}\0${folder}`);
			for (let at = folder; at !== root && isWithin(at, top); at = parent(at)) listed.add(at);
		}
	}
	return entries.filter(({ kind, path }) => kind === "directory" && listed.has(path));
}

function topOf(reason: Reason): Path | undefined {
	if (reason.kind === "part-of") return reason.tree;
	return reason.kind === "rule" && reason.rule === "include" ? startOfRule(reason.value) : undefined;
}
