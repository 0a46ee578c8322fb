import { lstatSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { ChangedOrigin } from "../../core/cage/drift.ts";
import type { Manifest, ManifestEntry } from "../../core/cage/manifest.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { errorName } from "./errors.ts";
import { hashFile } from "./hash.ts";
import { sameStamp, stampOf } from "./safe-copy.ts";

/**
 * Files and links of the host that are not what a generation was copied from any more. A file whose stat(2) is as it was then is not read;
 * with `deep` every one is.
 */
export async function changedOrigins(manifest: Manifest, deep: boolean, signal?: AbortSignal): Promise<ChangedOrigin[]> {
	const changed: ChangedOrigin[] = [];
	let looked = 0;
	for (const entry of manifest.entries) {
		if (entry.kind !== "file" && entry.kind !== "symlink") continue;
		// What was added in the cage never had one.
		if (entry.edited === "") continue;
		signal?.throwIfAborted();
		if (++looked % 500 === 0) await setImmediate();
		const change = entry.kind === "file" ? await changeOfFile(entry, deep, signal) : changeOfLink(entry);
		if (change) changed.push({ path: entry.path, change, ...(entry.package ? { was: entry.package } : {}) });
	}
	return changed;
}

async function changeOfFile(
	{ edited, origin, path, sha256, source }: ManifestEntry,
	deep: boolean,
	signal: AbortSignal | undefined,
): Promise<ChangedOrigin["change"] | undefined> {
	const place = origin ?? path;
	const stats = attempt(() => lstatSync(pathToBytes(place), { bigint: true }));
	if (stats === undefined) return "gone";
	if (!stats.isFile()) return "changed";
	if (!deep && source !== undefined && edited === undefined && sameStamp(stampOf(stats), source)) return undefined;
	return (await hashFile(place, signal)) === (edited ?? sha256) ? undefined : "changed";
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
