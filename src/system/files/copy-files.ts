import { entriesByPath, type Manifest, type ManifestEntry } from "../../core/cage/manifest.ts";
import type { Path } from "../../core/path/path.ts";
import type { Entry, Plan } from "../../core/plan/plan.ts";
import type { BuildPhase } from "../../engine/store.ts";
import { copyRegularFile, type Reflinks } from "./safe-copy.ts";
import { isUntouched, type Surveyed } from "./survey.ts";

/** Where a path of the cage is while the cage is built. */
export type At = (path: Path) => Path;

/** Files that are copied at the same time: one waits for the disk while another is hashed. */
const lanes = 4;

/**
 * Copies all files, from the previous generation where neither the host's file nor that copy was touched since, or where the copy was edited
 * and goes on; else from the host.
 * The first failure ends all lanes, and is thrown when all have ended: nobody writes into the folder any more.
 */
export async function copyFiles(filling: Filling, at: At): Promise<ManifestEntry[]> {
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

function copier({ files, isRoot, onFile, previous }: Filling, at: At, signal: AbortSignal) {
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
			// A file that grew since it was looked at must not show more than all.
			onFile?.(path, Math.min(done, total), total);
		};
		const owner = isRoot ? entry : undefined;
		const result = await copyRegularFile({ ...source, to: at(path), mode: entry.mode, owner, reflinks, signal, onBytes });
		if (result.size === 0) onBytes(0);
		const { copy, mtime, sha256, size } = result;
		// Of what was edited the source is no file of the host.
		const stamp = isEdited ? undefined : (reused?.source ?? result.source);
		const { marks, ...described } = describe(entry);
		// Of a file that changed since the plan looked at it, nothing is known.
		const isAsPlanned = size === entry.size && Math.floor(mtime) === entry.mtime;
		return {
			...described,
			...(marks && isAsPlanned && { marks }),
			...{ origin: path, size, mtime, sha256, copy },
			...(stamp && { source: stamp }),
		};
	};
}

/** What the manifest says of an entry before anything is known of its content. */
export function describe(entry: Entry): ManifestEntry {
	const { content: _, decision: __, ...rest } = entry;
	return rest;
}

export interface Filling extends Pick<BuildRequest, "plan" | "previous" | "signal" | "onFile"> {
	/** Sorted, a directory before what it holds. */
	readonly entries: readonly Entry[];
	readonly files: ReadonlyMap<Path, Surveyed>;
	/** Empty, and ours alone. */
	readonly staging: Path;
	readonly isRoot: boolean;
}

export interface BuildRequest {
	readonly plan: Plan;
	/** `STATE/cages/NAME`; made if it is not there. The caller holds its lock. */
	readonly cage: Path;
	/** The generation to take unchanged files from. */
	readonly previous?: Previous;
	readonly now: Date;
	/** False leaves the present generation the present one: `switchGeneration` does it later. */
	readonly activate?: boolean;
	readonly signal?: AbortSignal;
	/** A file's bytes have arrived; both numbers are bytes of the whole build. */
	onFile?(path: Path, bytesDone: number, bytesTotal: number): void;
	/** What comes next. */
	onPhase?(phase: BuildPhase): void;
}

export interface Previous {
	readonly manifest: Manifest;
	readonly root: Path;
}
