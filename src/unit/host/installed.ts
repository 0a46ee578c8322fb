import { lstat, rmdir, unlink } from "node:fs/promises";
import { append } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { exists, list, listIfReadable, openForReading, syncDirectory } from "../../base/host/descriptor.ts";
import { errorName, writeFailure } from "../../base/host/errors.ts";
import { makeReadableFolders, requireSafeFolder } from "../../base/host/folder.ts";
import { sha256 } from "../../base/host/hash.ts";
import { isLeftover } from "../../base/host/processes.ts";
import { writeAtomic } from "../../base/host/text-files.ts";
import { join, type Path, parent, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { hookFolders, mentionsCage } from "../hooks.ts";
import { administratorsUnits, dropinNames, earlierPlace, type InstalledFile, judgeInstalled, stamped } from "../installed.ts";

/** Files that we install among the administrator's units. Follows no link and changes nothing that is not ours. */

const mostBytes = 1 << 20;

export async function readInstalled(place: Path): Promise<InstalledFile> {
	try {
		const text = await textOf(place);
		return text === undefined ? { kind: "foreign" } : judgeInstalled(text, sha256);
	} catch (error) {
		const name = errorName(error);
		if (name === "ENOENT") return { kind: "none" };
		if (name === "ELOOP" || name === "ENXIO") return { kind: "foreign" };
		if (name === "ENOTDIR")
			throw new Failure("unsafe-directory", { path: showPath(parent(place)), problem: "not-a-directory" }, 4);
		throw writeFailure(error, place);
	}
}

/** Where the file for `place` is now: there, or where an earlier release installed it. */
export async function presentPlace(place: Path): Promise<Path> {
	const earlier = earlierPlace(place);
	if (earlier === undefined || (await exists(place).catch(() => false))) return place;
	return (await readInstalled(earlier)).kind === "ours" ? earlier : place;
}

/** All units in `top`, a tree's administrator units, that were written for this cage. Places as in that tree. */
export async function installedFor(top: Path, cage: string): Promise<readonly Path[]> {
	return (await installedForCages(top)).get(cage) ?? [];
}

/** The same for all cages, by their folders. */
export async function installedForCages(top: Path): Promise<ReadonlyMap<string, readonly Path[]>> {
	const found = new Map<string, Path[]>();
	for (const name of (await listIfReadable(top)).sort()) {
		const dropins = dropinNames.map((dropin) => join(name, pathFromText(dropin))).sort();
		for (const inside of name.endsWith(".service") ? [name] : name.endsWith(".service.d") ? dropins : []) {
			const installed = await readInstalled(join(top, inside)).catch(() => undefined);
			if (installed?.kind === "ours") append(found, installed.cage, join(administratorsUnits, inside));
		}
	}
	return found;
}

export async function writeInstalled(place: Path, text: string, cage: string): Promise<void> {
	const safe = await safePlace(place, true);
	await clearCutOff(safe);
	await writeAtomic(safe, stamped(text, cage, sha256), text.startsWith("#!") ? 0o755 : 0o644);
	await removeEarlier(safe);
}

/** Removes an earlier release's file from its old place unless somebody edited it. */
async function removeEarlier(safe: Path): Promise<void> {
	const earlier = earlierPlace(safe);
	if (earlier === undefined) return;
	const installed = await readInstalled(earlier);
	if (installed.kind === "ours" && !installed.changed) await unlink(pathToBytes(earlier));
}

/** Removes leftovers of a kill from a folder that is for one service. */
async function clearCutOff(safe: Path): Promise<void> {
	const folder = parent(safe);
	if (!folder.endsWith(".service.d")) return;
	for (const name of await list(folder)) if (isLeftover(name)) await unlink(pathToBytes(join(folder, name)));
}

/** Also removes its folder if that was for this file alone. */
export async function removeInstalled(place: Path): Promise<void> {
	if (!(await exists(parent(place)).catch(() => false))) return;
	const safe = await safePlace(place, false);
	await clearCutOff(safe);
	await unlink(pathToBytes(safe)).catch((error: unknown) => {
		if (errorName(error) !== "ENOENT") throw writeFailure(error, place);
	});
	await removeEarlier(safe);
	await syncDirectory(parent(safe));
	if (parent(safe).endsWith(".service.d")) await rmdir(pathToBytes(parent(safe))).catch(() => {});
}

/** Only root may be able to replace any part of the path, and the folder itself must not be a link. */
async function safePlace(place: Path, make: boolean): Promise<Path> {
	const folder = parent(place);
	if (make) await makeReadableFolders(parent(folder));
	const above = requireSafeFolder(parent(folder));
	const own = join(above, pathFromText(folder.slice(folder.lastIndexOf("/") + 1)));
	if (make) await makeReadableFolders(own);
	if ((await lstat(pathToBytes(own))).isSymbolicLink())
		throw new Failure("unsafe-directory", { path: showPath(folder), problem: "link" }, 4);
	requireSafeFolder(own);
	return join(own, place.slice(folder.length + 1));
}

/** Hooks for a cage in the folders of host programs. `inTree` maps to the system that they belong to. */
export async function hooksFor(inTree: (place: Path) => Path, cage: string): Promise<{ hooks: Path[]; mentions: Path[] }> {
	const hooks: Path[] = [];
	const mentions: Path[] = [];
	for (const folder of hookFolders) {
		for (const name of (await listIfReadable(inTree(folder))).sort()) {
			const place = join(folder, name);
			const installed = await readInstalled(inTree(place)).catch(() => undefined);
			if (installed?.kind === "ours" && !installed.changed) {
				if (installed.cage === cage) hooks.push(place);
			} else if (mentionsCage((await textOf(inTree(place)).catch(() => undefined)) ?? "", cage)) mentions.push(place);
		}
	}
	return { hooks, mentions };
}

/** Undefined for anything but a short file. Throws like open(2). */
async function textOf(place: Path): Promise<string | undefined> {
	await using file = await openForReading(place);
	const status = await file.stat();
	return status.isFile() && status.size <= mostBytes ? await file.readFile("utf8") : undefined;
}
