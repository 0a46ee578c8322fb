import { by } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { ancestors, isWithin, type Path, pathFromText, root } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { entriesByPath, type Manifest } from "../../cage/manifest.ts";
import { launchDirectory, temporaryDirectories } from "../../confine/places.ts";
import type { TarMember } from "../archive/tar.ts";

/** A file of an image. Paths are absolute. */
export type ImageMember = TarMember & {
	/** Of a file: its bytes, or the host's file with them. */
	readonly content?: Uint8Array;
	readonly source?: Path;
};

/** A file of the generation on disk. `mtime`: seconds since 1970. */
export type FoundFile = Omit<ImageMember, "content">;

/** A text or program that only the image has, or an empty directory. */
export interface AddedFile {
	readonly path: Path;
	readonly content?: Uint8Array;
	readonly mode?: number;
	/** The cage's own file is left out. */
	readonly replaces?: boolean;
}

export interface ImageTree {
	readonly members: readonly ImageMember[];
	/** Time of the newest file, which everything has that the build made. Seconds since 1970. */
	readonly created: number;
}

/**
 * Returns the files of an image, sorted by path: the generation without devices, state directories with their own owner and mode, and
 * the added files. Copied files keep their time, because Python compares it with its compiled modules. `latest` (SOURCE_DATE_EPOCH)
 * limits all times.
 */
export function imageTree(
	found: readonly FoundFile[],
	manifest: Manifest,
	added: readonly AddedFile[],
	latest = Number.POSITIVE_INFINITY,
): ImageTree {
	const entries = entriesByPath(manifest);
	const isCopied = ({ kind, path }: FoundFile) => kind === "file" && entries.get(path)?.kind === "file";
	const times = found.filter(isCopied).map(({ mtime }) => mtime);
	const created = Math.min(
		latest,
		times.reduce((a, b) => Math.max(a, b), 0),
	);
	const members = new Map<Path, ImageMember>();
	const directory = (path: Path, mode = 0o755, uid = 0, gid = 0) =>
		members.set(path, { path, kind: "directory", mode, uid, gid, mtime: created, size: 0 });
	const withParents = (path: Path) => {
		for (const above of ancestors(path)) if (!members.has(above)) directory(above);
	};
	for (const one of found) {
		if (one.path !== devices && isWithin(one.path, devices)) continue;
		members.set(one.path, { ...one, mtime: isCopied(one) ? Math.min(latest, one.mtime) : created });
	}
	directory(launchDirectory);
	for (const path of temporaryDirectories) directory(path, 0o1777);
	for (const { gid, mode, path, uid } of manifest.writable) {
		withParents(path);
		directory(path, mode, uid, gid);
	}
	for (const { content, mode = 0o644, path, replaces } of added) {
		if (members.has(path) && !replaces) continue;
		withParents(path);
		if (!content) {
			directory(path);
			continue;
		}
		members.set(path, { path, kind: "file", mode, uid: 0, gid: 0, mtime: created, size: content.length, content });
	}
	if (!members.has(root)) directory(root);
	return { members: [...members.values()].sort(by(({ path }) => path)), created };
}

const devices = pathFromText("/dev");

/**
 * Throws `export-whiteout` (exit 4) if a layer cannot contain these paths of a cage. To an engine, a name that begins with `.wh.` means
 * that another file of the image is removed (OCI image specification, "Whiteouts"; AUFS uses further names of that kind).
 */
export function refuseWhiteouts(name: string, paths: readonly Path[]): void {
	const whiteouts = [...new Set(paths.filter((path) => path.includes("/.wh.")))];
	if (whiteouts[0] === undefined) return;
	throw new Failure("export-whiteout", { name, path: showPath(whiteouts[0]), count: whiteouts.length }, 4);
}
