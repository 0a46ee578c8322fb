import type { Observed as AuditObserved } from "../core/cage/audit.ts";
import type { Cage } from "../core/cage/cage.ts";
import type { ExportHead } from "../core/cage/export.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { ObservedState } from "../core/cage/tampering.ts";
import type { Failure } from "../core/failure.ts";
import type { Path } from "../core/path/path.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { MadeAccount } from "./account-store.ts";

/** Cages as tar archives, for another machine and from one. */
export interface Archives {
	/**
	 * Writes the cage's present generation as a tar archive into a new file, or to stdout: false where its reader went away before the end. The caller
	 * holds its lock.
	 */
	write(request: ExportRequest, signal: AbortSignal): Promise<Exported>;
	/** Reads an archive to its end and writes nothing. Throws `no-such-file`, `no-export` and `export-damaged` (exit 2). */
	inspect(archive: Path, signal: AbortSignal): Promise<InspectedArchive>;
	/** Unpacks an archive under a hidden name beside the cages. */
	receive(request: ImportRequest, signal: AbortSignal): Promise<ReceivedCage>;
}

export interface ExportRequest {
	readonly head: ExportHead;
	/** Writable directories of the generation: paths in the cage. */
	readonly writable: readonly Path[];
	/** A new file, made for root alone; without it, our stdout. */
	readonly to?: Path;
}

export interface Exported {
	/** False where whoever read our stdout went away before its end. */
	readonly isWhole: boolean;
	/** Names in the data that no import accepts, relative to the cage's folder. */
	readonly leftOut: readonly Path[];
}

/** An archive that was read to its end, and of which nothing was written anywhere. */
export interface InspectedArchive {
	readonly path: Path;
	readonly head: ExportHead;
	readonly cage: Cage;
	/** As it is in the archive, with what `cage` passes over. */
	readonly cageJson: unknown;
	readonly manifest: Manifest;
	readonly manifestJson: unknown;
	/** What was seen while tracing on the other machine. */
	readonly trace?: Trace;
	/** The generation as it would be on disk, files with their hash; paths in the cage. Empty with a refusal. */
	readonly observed: readonly (AuditObserved & ObservedState)[];
	/** Names in the data. */
	readonly dataEntries: number;
	/** Bytes that all of it takes on disk. */
	readonly bytes: number;
	/** Files that go beside the generation as they are: traces, the log, what was seeded. */
	readonly parts: ReadonlyMap<Path, Uint8Array>;
	/** Why nothing of it may be written; it is still shown. */
	readonly refusal?: Failure;
}

export interface ImportRequest {
	readonly inspected: InspectedArchive;
	/** Both as this machine takes them over, under the name that the cage gets. */
	readonly cage: Cage;
	readonly manifest: Manifest;
}

/** A cage that came from elsewhere, unpacked but not yet a cage of this machine. */
export interface ReceivedCage {
	readonly manifest: Manifest;
	/** Host paths of the generation and of the data, until it is taken in. */
	readonly root: Path;
	readonly data: Path;
	/** Gives it its name by one rename, and remembers the account that was made for it. Fails with `import-there` (exit 4) where the name is taken meanwhile. */
	takeIn(account?: MadeAccount): Promise<void>;
	discard(): Promise<void>;
}
