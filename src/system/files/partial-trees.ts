import { chmodSync, lchownSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { isFolder } from "../../core/cage/layout.ts";
import type { ManifestEntry } from "../../core/cage/manifest.ts";
import { join, type Path, pathToBytes, root } from "../../core/path/path.ts";
import type { PartialTrees } from "../../engine/store.ts";
import { copyTree } from "./copy-tree.ts";
import { writeFailure } from "./errors.ts";
import { removeTree } from "./remove.ts";

/**
 * Trees that lack some of a generation's files, for trials. The generation is copied once, and each tree is made of hard links to that copy: measured 3 ms
 * for 500 files and 40 ms for 5,000, whatever their size, where copying takes ten times as long. Not linked to the generation itself, whose files would be
 * touched by it (their ctime tells the audit that nobody did), and not an overlay with whiteouts: a container's disk, which is an overlay already,
 * takes none. `folder` is empty and ours alone.
 */
export async function partialTrees(
	generation: Path,
	entries: readonly ManifestEntry[],
	folder: Path,
	signal: AbortSignal,
): Promise<PartialTrees> {
	const isRoot = process.geteuid?.() === 0;
	const whole = join(folder, "whole");
	await copyTree({ isRoot, reflinks: new Set(), signal, skipped: [], unstable: [] }, generation, whole, generation);
	let made = 0;
	const dispose = async (path: Path) => void (await removeTree(path));
	return {
		async without(left) {
			const top = join(folder, String(++made));
			try {
				link(whole, top, entries, left, isRoot);
			} catch (error) {
				await dispose(top);
				throw writeFailure(error, top);
			}
			return { root: top, dispose: () => dispose(top) };
		},
		dispose: () => dispose(folder),
	};
}

function link(whole: Path, top: Path, entries: readonly ManifestEntry[], left: ReadonlySet<Path>, isRoot: boolean): void {
	const at = (path: Path) => pathToBytes(path === root ? top : (`${top}${path}` as Path));
	for (const entry of entries) {
		const { gid, kind, mode, path, target, uid } = entry;
		if (isFolder(entry)) {
			mkdirSync(at(path), 0o700);
			if (isRoot) lchownSync(at(path), uid, gid);
		} else if (left.has(path)) continue;
		else if (kind === "symlink") symlinkSync(pathToBytes(target ?? path), at(path));
		else if (kind === "file" || kind === "generated") linkSync(pathToBytes(`${whole}${path}` as Path), at(path));
		if (kind === "symlink" && isRoot) lchownSync(at(path), uid, gid);
		// Nodes and sockets are the launcher's.
		if (isFolder(entry) && isRoot) chmodSync(at(path), mode);
	}
	// A directory that its owner may not write could not be filled.
	if (!isRoot) for (const entry of entries.filter(isFolder).reverse()) chmodSync(at(entry.path), entry.mode);
}
