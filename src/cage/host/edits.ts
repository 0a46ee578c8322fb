import { readlinkSync } from "node:fs";
import { rename } from "node:fs/promises";
import { omitUndefined } from "../../base/collections.ts";
import { exists } from "../../base/host/descriptor.ts";
import { attempt } from "../../base/host/errors.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { hashFile } from "../../base/host/hash.ts";
import { transientName } from "../../base/host/processes.ts";
import { copyRegularFile } from "../../base/host/safe-copy.ts";
import { etc, join, type Path, parent, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { isConfiguration, needsHash } from "../../check/tampering.ts";
import { hostContent } from "../difference.ts";
import type { Edit } from "../edits.ts";
import { isFolder } from "../layout.ts";
import { entriesByPath, type Manifest, type ManifestEntry } from "../manifest.ts";
import { observe, observeTree, type StampedFile } from "./observe.ts";

/**
 * Finds edits below /etc of a generation and compares them with the host. Reads only files that were touched since the copy or
 * edited before. Includes new directories that contain an edit.
 */
export async function findEdits(root: Path, manifest: Manifest, signal?: AbortSignal): Promise<Edit[]> {
	const entries = entriesByPath(manifest);
	const { seen } = observeTree(join(root, etc.slice(1)), etc, signal);
	const edits: Edit[] = [];
	const directories = new Map<Path, StampedFile>();
	for (const one of seen) {
		const entry = entries.get(one.path);
		if (one.kind === "directory" && entry === undefined) directories.set(one.path, one);
		if (!isConfiguration(one) || (entry !== undefined && (isFolder(entry) || entry.kind === "generated"))) continue;
		const edit = await editOf(one, entry, root, signal);
		if (edit) edits.push(edit);
	}
	const above = [...directories.values()].filter(({ path }) => edits.some((edit) => edit.path.startsWith(`${path}/`)));
	return [...above.map((one) => describe(one, "directory", { is: "" })), ...edits];
}

async function editOf(
	one: StampedFile,
	entry: ManifestEntry | undefined,
	root: Path,
	signal: AbortSignal | undefined,
): Promise<Edit | undefined> {
	const kind = one.kind === "symlink" ? "symlink" : "file";
	const untouched = kind === "file" && entry?.edited === undefined && one.stamp && entry && !needsHash(entry, one.stamp);
	if (untouched) return undefined;
	const is = await content(join(root, one.path.slice(1) as Path), kind, signal);
	// Empty if it was added in an earlier generation, so there is no host content.
	const was = (entry && hostContent(entry)) || undefined;
	if (is === undefined || (is === was && entry?.kind === kind)) return undefined;
	const now = observe(one.path, one.path);
	const host = now && (now.kind === "file" || now.kind === "symlink") ? await content(one.path, now.kind, signal) : undefined;
	return describe(one, kind, { is, ...omitUndefined({ was, host }) });
}

async function content(path: Path, kind: "file" | "symlink", signal: AbortSignal | undefined): Promise<string | undefined> {
	return kind === "file" ? hashFile(path, signal) : attempt(() => readlinkSync(pathToBytes(path), { encoding: "latin1" }));
}

function describe(one: StampedFile, kind: Edit["kind"], what: Pick<Edit, "is" | "was" | "host">): Edit {
	const { gid, mode, path, stamp, target, uid } = one;
	return {
		path,
		kind,
		mode,
		uid,
		gid,
		size: kind === "file" ? Number(stamp?.size ?? 0) : 0,
		mtime: Math.floor(Number(stamp?.modified ?? 0) / 1e6),
		...(kind === "symlink" && target !== undefined ? { target } : {}),
		...what,
	};
}

/** Where edited configuration is kept after the host's replaced it. */
function editsFolder(cage: Path, generation: number): Path {
	return join(join(cage, "edited"), pathFromText(String(generation)));
}

/** Copies an edited file out of its generation before that is deleted. Replaces an earlier copy with other content. Returns its path. */
export async function saveEdit(cage: Path, generation: number, root: Path, edit: Edit): Promise<Path | undefined> {
	if (edit.kind !== "file") return undefined;
	const to = join(editsFolder(cage, generation), edit.path.slice(1) as Path);
	await makeSafeFolder(parent(to));
	if ((await exists(to)) && (await hashFile(to)) === edit.is) return to;
	const copy = join(cage, transientName("staging"));
	await copyRegularFile({ from: join(root, edit.path.slice(1) as Path), to: copy, name: edit.path, mode: 0o600 });
	await rename(pathToBytes(copy), pathToBytes(to));
	return to;
}
