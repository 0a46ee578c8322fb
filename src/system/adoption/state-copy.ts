import { lstat, rename } from "node:fs/promises";
import { join, type Path, pathToBytes } from "../../core/path/path.ts";
import type { WritableDirectory } from "../../core/plan/plan.ts";
import { syncDirectory } from "../files/descriptor.ts";
import { exists } from "../files/merge.ts";
import { removeTree } from "../files/remove.ts";
import { type Seeded, seedData } from "../files/seed.ts";
import { undoneData } from "../state/cages.ts";
import { readSeeded, writeSeeded } from "../state/seeded.ts";

/**
 * A cage's data while its service is adopted: filled aside (`adopting/data`), then put in place of what was there, which stays as
 * `data.before` until the next adoption.
 */
function paths(cage: Path) {
	return { data: join(cage, "data"), before: join(cage, "data.before"), staging: join(cage, "adopting") };
}

/** To be called before anything is stopped: what an earlier adoption kept is let go. */
export async function clearKept(cage: Path): Promise<void> {
	const { before, staging } = paths(cage);
	await removeTree(staging);
	await removeTree(before);
}

/** Copies what the host has in these places now. The service is stopped meanwhile. */
export async function takeState(
	cage: Path,
	writable: readonly WritableDirectory[],
	places: readonly Path[],
	signal: AbortSignal,
	onFile: (path: Path, bytesDone: number, bytesTotal: number) => void,
): Promise<Seeded> {
	const { staging } = paths(cage);
	const there = new Set<Path>();
	for (const place of places) if (await isDirectory(place)) there.add(place);
	const plan = writable.map((directory) => ({
		...directory,
		seeds: there.has(directory.path) ? [{ path: directory.path, bytes: 0 }] : [],
	}));
	return seedData({ plan: { writable: plan }, cage: staging, signal, onFile });
}

/** Puts the copy in place. A kill in the middle is undone by `restoreData`. */
export async function useState(cage: Path): Promise<void> {
	const { before, data, staging } = paths(cage);
	await rename(pathToBytes(data), pathToBytes(before));
	await rename(pathToBytes(join(staging, "data")), pathToBytes(data));
	await syncDirectory(cage);
	// A later build must not seed again what came along now.
	await writeSeeded(cage, new Set([...(await readSeeded(cage)), ...(await readSeeded(staging))]));
	await removeTree(staging);
}

/**
 * The cage has its own data again. Where the service may have been started (`since`, when its adoption began), what it accepted meanwhile
 * is nowhere else: it is kept under the name that is returned. Without it, the copy is let go.
 */
export async function restoreData(cage: Path, since?: string): Promise<Path | undefined> {
	const { before, data, staging } = paths(cage);
	const kept = since === undefined ? undefined : join(cage, `${undoneData}${since.replace(/[^0-9TZ]/g, "")}`);
	if (await exists(before)) {
		// A kill may have come between the two renames.
		if (kept === undefined) await removeTree(data);
		else if (await exists(data)) await rename(pathToBytes(data), pathToBytes(kept));
		await rename(pathToBytes(before), pathToBytes(data));
		await syncDirectory(cage);
	}
	await removeTree(staging);
	return kept !== undefined && (await exists(kept)) ? kept : undefined;
}

async function isDirectory(path: Path): Promise<boolean> {
	return lstat(pathToBytes(path)).then(
		(stats) => stats.isDirectory(),
		() => false,
	);
}
