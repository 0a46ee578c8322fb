import { entriesByPath, type Manifest, type ManifestEntry } from "../../core/cage/manifest.ts";
import type { Path } from "../../core/path/path.ts";
import type { Entry, Plan } from "../../core/plan/plan.ts";
import type { BuildPhase } from "../../engine/store.ts";
import { copyRegularFile, type Reflinks } from "./safe-copy.ts";
import { isUntouched, type SurveyedFile } from "./survey.ts";

/** Maps a path of the cage to its place during the build. */
export type At = (path: Path) => Path;

/** Number of parallel copies: one waits for the disk while another is hashed. */
const lanes = 4;

/**
 * Copies all files: from the previous generation if neither the host's file nor that copy was touched since, or if the copy was
 * edited and is kept; otherwise from the host. After the first failure all lanes stop before it is thrown, so that nobody still
 * writes into the folder.
 */
export async function copyFiles(filling: CopyJob, at: At): Promise<ManifestEntry[]> {
	const stop = new AbortController();
	const signal = filling.signal ? AbortSignal.any([filling.signal, stop.signal]) : stop.signal;
	const copy = copier(filling, at, signal);
	const waiting = filling.entries.filter((entry) => entry.kind === "file").reverse();
	const copied: ManifestEntry[] = [];
	let failure: { error: unknown } | undefined;
	const lane = async () => {
		try {
			for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
				signal.throwIfAborted();
				copied.push(await copy(entry));
			}
		} catch (error) {
			failure ??= { error };
			stop.abort();
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
	if (failure) throw failure.error;
	return copied;
}

function copier({ files, isRoot, onFile, previous }: CopyJob, at: At, signal: AbortSignal) {
	const before = previous && entriesByPath(previous.manifest);
	const reflinks: Reflinks = new Set();
	const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
	let done = 0;
	return async (entry: Entry): Promise<ManifestEntry> => {
		const { path } = entry;
		const old = before?.get(path);
		const isEdited = entry.edited !== undefined && previous !== undefined;
		const reused = old && previous && !isEdited && isUntouched(old, previous.root, files.get(path)?.stamp) ? old : undefined;
		const there = `${previous?.root}${path}` as Path;
		const source = reused
			? { from: there, name: path, sha256: reused.sha256, modified: reused.source?.modified }
			: isEdited
				? { from: there, name: path }
				: { from: path, atItsRealPath: true };
		let seen = 0;
		const onBytes = (bytes: number) => {
			done += bytes - seen;
			seen = bytes;
			// A file that grew during the copy must not exceed the total.
			onFile?.(path, Math.min(done, total), total);
		};
		const owner = isRoot ? entry : undefined;
		const result = await copyRegularFile({ ...source, to: at(path), mode: entry.mode, owner, reflinks, signal, onBytes });
		if (result.size === 0) onBytes(0);
		const { copy, mtime, sha256, size } = result;
		// An edited file has no source on the host.
		const stamp = isEdited ? undefined : (reused?.source ?? result.source);
		const { marks, ...described } = describe(entry);
		// A file that changed since the plan read it has no known marks.
		const isAsPlanned = size === entry.size && Math.floor(mtime) === entry.mtime;
		return {
			...described,
			...(marks && isAsPlanned && { marks }),
			...{ origin: path, size, mtime, sha256, copy },
			...(stamp && { source: stamp }),
		};
	};
}

/** The part of a manifest entry that does not depend on its content. */
export function describe(entry: Entry): ManifestEntry {
	const { content: _, decision: __, ...rest } = entry;
	return rest;
}

export interface CopyJob extends Pick<BuildRequest, "plan" | "previous" | "signal" | "onFile" | "now"> {
	/** Sorted, a directory before its content. */
	readonly entries: readonly Entry[];
	readonly files: ReadonlyMap<Path, SurveyedFile>;
	/** An empty folder that only we can enter. */
	readonly staging: Path;
	readonly isRoot: boolean;
}

export interface BuildRequest {
	readonly plan: Plan;
	/** `STATE/cages/NAME`; created if missing. The caller holds its lock. */
	readonly cage: Path;
	/** The generation to copy unchanged files from. */
	readonly previous?: Previous;
	readonly now: Date;
	readonly signal?: AbortSignal;
	/** Progress in bytes of the whole build. */
	onFile?(path: Path, bytesDone: number, bytesTotal: number): void;
	/** Announces the next phase. */
	onPhase?(phase: BuildPhase): void;
}

export interface Previous {
	readonly manifest: Manifest;
	readonly root: Path;
}
