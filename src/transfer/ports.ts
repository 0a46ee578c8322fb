import type { Failure } from "../base/failure.ts";
import type { Path } from "../base/path/path.ts";
import type { Cage } from "../cage/cage.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { MadeAccount } from "../cage/ports.ts";
import type { ObservedFile as AuditObserved } from "../check/audit.ts";
import type { ObservedState } from "../check/tampering.ts";
import type { OwnerMap } from "../plan/owners.ts";
import type { Trace } from "../trace/trace.ts";
import type { ExportHead, OwnerIds, OwnerNames } from "./archive/head.ts";
import type { LocalCage } from "./archive/local-owners.ts";
import type { OciImage } from "./image/oci.ts";
import type { AddedFile } from "./image/tree.ts";

/** Exports cages as tar archives and imports them. */
export interface Archives {
	/** Writes the cage's present generation to a new file or to stdout. The caller holds its lock. */
	write(request: ExportRequest, signal: AbortSignal): Promise<ExportResult>;
	/** Reads an archive to its end and writes nothing. Throws `no-such-file`, `no-export` or `export-damaged` (exit 2). */
	inspect(archive: Path, signal: AbortSignal): Promise<InspectedArchive>;
	/** Unpacks an archive into a hidden folder next to the cages. */
	receive(request: ImportRequest, signal: AbortSignal): Promise<ReceivedCage>;
	/** Takes over what imports left that were killed after they stored their account. No other command gets the same. */
	interrupted(): Promise<readonly InterruptedImport[]>;
	/** Writes a generation as an OCI image to a new folder or archive. Returns the image's digest. */
	writeImage(request: ImageRequest, signal: AbortSignal): Promise<string>;
	/** Writes a generation as the image of a portable service: a new folder, or a new file with squashfs. */
	writePortable(content: ImageContent, to: Path, isFile: boolean, signal: AbortSignal): Promise<void>;
}

/** The files of an image. */
export interface ImageContent {
	/** The generation on disk. */
	readonly root: Path;
	readonly manifest: Manifest;
	readonly added: readonly AddedFile[];
	/** Lists of packages, from each file's MD5. */
	packageFiles(md5: ReadonlyMap<Path, string>): readonly AddedFile[];
	/** Limits the files' times: seconds since 1970. */
	readonly latest?: number;
	/** The numbers of owners in the image, if they are others than on disk. */
	readonly owners?: OwnerMap;
}

export interface ImageRequest extends ImageContent {
	readonly image: OciImage;
	readonly to: Path;
	readonly isArchive: boolean;
}

export interface ExportRequest {
	/** Without the owners' names. */
	readonly head: ExportHead;
	/** Numbers outside of the data, and the names of any. */
	readonly owners: OwnerIds;
	ownerNames(ids: OwnerIds): OwnerNames;
	/** Writable directories of the generation: paths in the cage. */
	readonly writable: readonly Path[];
	/** A new file, readable by root alone, or an open descriptor. */
	readonly to: Path | number;
}

export interface ExportResult {
	/** False if the reader of the descriptor closed it before the end. */
	readonly isWhole: boolean;
	/** Names in the data that no import accepts, relative to the cage's folder. */
	readonly leftOut: readonly Path[];
}

/** An archive that was read completely without writing anything. */
export interface InspectedArchive {
	readonly path: Path;
	readonly head: ExportHead;
	readonly cage: Cage;
	/** The JSON of the archive, including fields that `cage` ignores. */
	readonly cageJson: unknown;
	readonly manifest: Manifest;
	readonly manifestJson: unknown;
	/** The trace recorded on the other machine. */
	readonly trace?: Trace;
	/** The generation as it would be on disk, files with their hash; paths in the cage. Empty if the archive is refused. */
	readonly observed: readonly (AuditObserved & ObservedState)[];
	/** Number of names in the data. */
	readonly dataEntries: number;
	readonly dataOwners: OwnerIds;
	/** Disk space that the whole cage needs. */
	readonly bytes: number;
	/** Files that are copied next to the generation unchanged: traces, the log, what was seeded. */
	readonly parts: ReadonlyMap<Path, Uint8Array>;
	/** Why the archive must not be imported. It can still be shown. */
	readonly refusal?: Failure;
}

export interface ImportRequest {
	readonly inspected: InspectedArchive;
	/** Both as this machine imports them, under the cage's new name. */
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Everything else that depends on this machine's accounts. */
	readonly local: Pick<LocalCage, "contents" | "owners" | "trace">;
}

/** An imported cage that is unpacked but not yet published. */
export interface ReceivedCage {
	readonly manifest: Manifest;
	/** Host paths of the generation and of the data until `publish`. */
	readonly root: Path;
	readonly data: Path;
	/** Stores the account that is created for the cage. Call it first, so that the next command can remove the account after a kill. */
	saveAccount(account: MadeAccount): Promise<void>;
	/**
	 * Publishes the cage with one rename. Throws `import-there` (exit 4) if the
	 * name was taken in the meantime.
	 */
	publish(): Promise<void>;
	discard(): Promise<void>;
}

export interface InterruptedImport {
	/** The account may not exist yet. */
	readonly account: MadeAccount;
	discard(): Promise<void>;
}
