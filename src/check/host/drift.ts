import { type BigIntStats, lstatSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { omitUndefined } from "../../base/collections.ts";
import { attempt } from "../../base/host/errors.ts";
import { hashFiles, sameStamp, stampOf } from "../../base/host/hash.ts";
import { isWithin, type Path, parent, pathToBytes, root } from "../../base/path/path.ts";
import type { Manifest, ManifestEntry } from "../../cage/manifest.ts";
import { patternOf } from "../../plan/patterns.ts";
import type { Reason } from "../../plan/plan.ts";
import type { ChangedOrigin, HostChanges } from "../drift.ts";

/** Host files and links that differ from what a generation was copied from. A file with an unchanged stat(2) is read only with `deep`. */
export async function changedOrigins(manifest: Manifest, deep: boolean, signal?: AbortSignal): Promise<HostChanges> {
	const changed: ChangedOrigin[] = [];
	const unsure: ManifestEntry[] = [];
	const note = (entry: ManifestEntry, change: ChangedOrigin["change"]) =>
		changed.push({ path: entry.path, change, ...omitUndefined({ was: entry.package }) });
	// Files that were added in the cage have no origin.
	const entries = manifest.entries.filter(({ edited, kind }) => edited !== "" && (kind === "file" || kind === "symlink"));
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
		const stats = statusOf(entry);
		const change = changeOfFile(entry, stats, deep);
		// Files edited in the cage have their own rights and time.
		if (change !== undefined && stats && entry.edited === undefined)
			isTouched ||= hasOtherRights(entry, stats, manifest) || hasOtherTime(entry, stats);
		if (change === "unsure") unsure.push(entry);
		else if (change) note(entry, change);
	}
	const hashes = await hashFiles(unsure.map(placeOf), signal);
	for (const [index, entry] of unsure.entries()) {
		if (hashes[index] !== (entry.edited ?? entry.sha256)) note(entry, "changed");
	}
	return { changed: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), isTouched: isTouched || areFoldersTouched(manifest) };
}

function areFoldersTouched(manifest: Manifest): boolean {
	const listed = new Set(listedFolders(manifest.entries));
	const writable = new Set(manifest.writable.map(({ path }) => path));
	return manifest.entries.some((entry) => {
		// A directory that the host did not have was created for a mount and has that mount's rights.
		if (entry.kind !== "directory" || entry.mtime === 0 || writable.has(entry.path)) return false;
		const stats = statusOf(entry);
		return stats === undefined || hasOtherRights(entry, stats, manifest) || (listed.has(entry) && hasOtherTime(entry, stats));
	});
}

/** Compares only what goes into the cage (`cageEntries`) or excludes a file. */
function hasOtherRights({ gid, mode, uid }: ManifestEntry, stats: BigIntStats, { owner }: Manifest): boolean {
	const now = Number(stats.mode);
	const isOtherMode = (now & 0o755) !== (mode & 0o755) || (stats.isFile() && (now & 0o6000 & ~mode) !== 0);
	return isOtherMode || (owner === undefined && (Number(stats.uid) !== uid || Number(stats.gid) !== gid));
}

/** Compares milliseconds, like a plan. */
function hasOtherTime({ mtime }: ManifestEntry, { mtimeMs }: BigIntStats): boolean {
	return Number(mtimeMs) !== Math.trunc(mtime);
}

function statusOf(entry: ManifestEntry): BigIntStats | undefined {
	return attempt(() => lstatSync(pathToBytes(placeOf(entry)), { bigint: true }));
}

function placeOf({ origin, path }: ManifestEntry): Path {
	return origin ?? path;
}

/** The result according to stat(2). `unsure` if the content must be read. */
function changeOfFile(
	entry: ManifestEntry,
	stats: BigIntStats | undefined,
	deep: boolean,
): ChangedOrigin["change"] | "unsure" | undefined {
	const { edited, source } = entry;
	if (stats === undefined) return "gone";
	if (!stats.isFile()) return "changed";
	// Another size is another content, so a huge sparse file need not be read.
	if (edited === undefined && stats.size !== BigInt(entry.size)) return "changed";
	const isAsItWas = source !== undefined && edited === undefined && sameStamp(stampOf(stats), source);
	return isAsItWas && !deep ? undefined : "unsure";
}

function changeOfLink({ edited, path, target }: ManifestEntry): ChangedOrigin["change"] | undefined {
	const now = attempt(() => readlinkSync(pathToBytes(path), { encoding: "latin1" }) as Path);
	if (now === undefined) return attempt(() => lstatSync(pathToBytes(path))) === undefined ? "gone" : "changed";
	return now === (edited ?? target) ? undefined : "changed";
}

/**
 * Directories of which everything, or everything that matches a pattern, goes into a cage: included folders and complete library
 * or source trees. Their time shows that something was added. Additions to other directories do not matter, and some, such as
 * /tmp, change constantly.
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
	return reason.kind === "rule" && reason.rule === "include" ? patternOf(reason.value).start : undefined;
}
