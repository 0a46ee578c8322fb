import type { Path } from "../base/path/path.ts";
import { isSystemDirectory } from "../plan/areas.ts";
import type { Companions } from "../unit/ports.ts";

/**
 * Progress of a service into its cage or back. Stored before each step, so that a later command can detect, finish or undo an
 * interrupted one:
 * - `seeding`: the service is stopped, and state that does not stay in place is being copied.
 * - `starting`: the drop-in is written, and the probes are waiting for an answer.
 * - `adopted`: the service runs in its cage.
 * - `returning`: the service is stopped and copied state is being copied back; the drop-in still exists.
 * - `returned`: the drop-in is removed.
 */
export const phases = ["seeding", "starting", "adopted", "returning", "returned"] as const;
type Phase = (typeof phases)[number];

/** A state directory that was copied, or that came into the cage after the adoption: the host keeps its own, if it has one. */
export interface AdoptedPlace {
	readonly path: Path;
	/**
	 * Fingerprint of the host's directory when it was copied, to detect later writes; undefined if there was none. `neverCopied` if the
	 * host has state there that was not copied.
	 */
	readonly host?: string;
	/** Fingerprint of the cage's directory when it was filled. `neverCopied` if the state came into the cage later. */
	readonly cage: string;
	/** Set while a release returns it, from just before anything is created there. Only such places are undone or finished. */
	readonly stage?: ReturnStage;
}

/** Differs from every fingerprint. */
export const neverCopied = "";

/**
 * The folder inside a place where a release keeps one side while the other one is in use. Its unpredictable name and its inode
 * distinguish it from anything that the application, which may write there, creates.
 */
export interface ReturnStage {
	readonly name: Path;
	/** st_ino in decimal; absent until the folder exists. */
	readonly inode?: string;
	/** The host's state was unchanged since the copy. Compared again after an undo, because moving changes its ctime. */
	readonly untouched: boolean;
	/** The service may have been started on the host since, so an undo keeps what it wrote there. */
	readonly isUsed?: true;
}

/** A place that a release is returning. */
export type StagedPlace = AdoptedPlace & { readonly stage: ReturnStage };

export function isStaged(place: AdoptedPlace): place is StagedPlace {
	return place.stage !== undefined;
}

/** A host service that a cage has taken over, or is about to. */
export interface Adoption {
	/** Full name, e.g. `nginx.service`. */
	readonly service: string;
	readonly phase: Phase;
	/** ISO 8601, UTC. */
	readonly since: string;
	/** Units that ran and stop with it, or could start it during the move. */
	readonly companions: Companions;
	/** The drop-in file that was added to the service's unit; only this one is removed again. */
	readonly dropin: string;
	readonly probes: readonly string[];
	/** Shell lines that ask as a client does, from the host. Absent: none. */
	readonly clientProbes?: readonly string[];
	/** Those that Cagewright found for known protocols and that passed before the move. Absent: none. */
	readonly foundClientProbes?: readonly string[];
	/**
	 * Set by a release: those of `probes` that passed in the cage before it. What failed there already is not required on the host.
	 * Absent: all.
	 */
	readonly passingProbes?: readonly string[];
	/** The command moves further services and has not ended. If it is killed, the next command reports where this one runs. */
	readonly together?: true;
	/** Seconds that a start may take until the service answers. */
	readonly timeout: number;
	/** `--copy-data` was given. */
	readonly copyData?: boolean;
	/** The copied directories. */
	readonly places: readonly AdoptedPlace[];
	/** Directories that stay where the host has them. Absent: an earlier release, which copied all. */
	readonly inPlace?: readonly Path[];
	/** The cage's own `stateInPlace`, which returns when the adoption ends; null if it had none. */
	readonly inPlaceBefore?: readonly Path[] | null;
}

/** The side that wins if both changed. */
export type KeptSide = "host" | "cage";

/** Returns a directory that also holds other services' state, so that it can be neither moved nor replaced. */
export function sharedWithOthers(places: readonly Path[]): Path | undefined {
	return places.find(isSystemDirectory);
}
