import { lstatSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { ChangedOrigin, HostChanges } from "../../core/cage/drift.ts";
import type { Manifest, ManifestEntry } from "../../core/cage/manifest.ts";
import { type Path, parent, pathToBytes, root } from "../../core/path/path.ts";
import { errorName } from "./errors.ts";
import { hashFiles } from "./hash.ts";
import { sameStamp, stampOf } from "./safe-copy.ts";

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
		const change = entry.kind === "file" ? lookAtFile(entry, deep) : changeOfLink(entry);
		if (change !== undefined && entry.kind === "file") isTouched ||= !isAsPlanned(entry);
		if (change === "unsure") unsure.push(entry);
		else if (change) note(entry, change);
	}
	const [read, hashes] = all ? [files, await all] : [unsure, await hashFiles(unsure.map(placeOf), signal)];
	const wanted = new Set(unsure);
	for (const [index, entry] of read.entries()) {
		if (wanted.has(entry) && hashes[index] !== (entry.edited ?? entry.sha256)) note(entry, "changed");
	}
	isTouched ||= watchedDirectories(manifest.entries).some((entry) => !isAsPlanned(entry));
	return { changed: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), isTouched };
}

/**
 * The directories that one knows by their time that something was put into: all above what was copied, and those that are in the cage for their own
 * sake. Below others nothing of the host goes in, and those of logs and pid files change all the time.
 */
function watchedDirectories(entries: readonly ManifestEntry[]): ManifestEntry[] {
	const above = new Set<Path>();
	for (const { kind, path } of entries) {
		if (kind !== "file" && kind !== "symlink") continue;
		for (let up = parent(path); up !== root && !above.has(up); up = parent(up)) above.add(up);
	}
	const isForItself = ({ reasons }: ManifestEntry) => reasons.some(({ kind }) => kind !== "parent-of");
	return entries.filter((entry) => entry.kind === "directory" && (above.has(entry.path) || isForItself(entry)));
}

/** As the plan knew it: `stat` in milliseconds. */
function isAsPlanned(entry: ManifestEntry): boolean {
	const { gid, mode, mtime, uid } = entry;
	const stats = attempt(() => lstatSync(pathToBytes(placeOf(entry))));
	// A directory that the host does not have was made for what is mounted there.
	if (stats === undefined) return entry.kind === "directory" && mtime === 0;
	return (
		(stats.mode & 0o7777) === mode && stats.uid === uid && stats.gid === gid && Math.trunc(stats.mtimeMs) === Math.trunc(mtime)
	);
}

function placeOf({ origin, path }: ManifestEntry): Path {
	return origin ?? path;
}

/** What stat(2) tells; `unsure` where the content has to be read. */
function lookAtFile(entry: ManifestEntry, deep: boolean): ChangedOrigin["change"] | "unsure" | undefined {
	const { edited, source } = entry;
	const stats = attempt(() => lstatSync(pathToBytes(placeOf(entry)), { bigint: true }));
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
