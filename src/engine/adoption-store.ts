import type { AdoptedPlace, Adoption, StagedPlace } from "../core/adoption/adoption.ts";
import type { Path } from "../core/path/path.ts";
import type { WritableDirectory } from "../core/plan/plan.ts";

/** Moves state between the host and a cage. The caller holds the cage's lock and has stopped the service. */
export interface AdoptedState {
	save(name: string, adoption: Adoption): Promise<void>;
	/** Ends the adoption: the service belongs to the host again. */
	end(name: string): Promise<void>;
	/** Deletes what an earlier adoption kept. Call it before the service is stopped. */
	clear(name: string): Promise<void>;
	/** Throws `disk-full` if the host's state does not fit into the cage. */
	requireRoom(name: string, places: readonly Path[]): Promise<void>;
	/** Throws `disk-full` if the cage's state does not fit next to the host's. */
	requireRoomOutside(name: string, places: readonly Path[]): Promise<void>;
	/** Copies the host's state to a staging folder; `unstable` lists files that changed while they were copied. */
	take(request: TakeRequest): Promise<{ readonly places: readonly AdoptedPlace[]; readonly unstable: readonly Path[] }>;
	/** Makes the copy the cage's data and sets the previous data apart. */
	use(name: string): Promise<void>;
	/**
	 * Restores the cage's own data. With `since` (when the adoption began), the adopted data is kept and its path returned;
	 * otherwise it is deleted.
	 */
	restore(name: string, since?: string): Promise<Path | undefined>;
	/** Current fingerprints, comparable with those of `AdoptedPlace`. */
	fingerprints(name: string, path: Path): Promise<{ readonly host?: string; readonly cage?: string }>;
	/** A link in the cage's state that must not be copied to the host: it leaves the state, and the host has no such link. */
	foreignLink(name: string, path: Path): Promise<Path | undefined>;
	/** An unpredictable name, so that nobody can have created anything there. */
	stageName(): Path;
	/** Creates the stage of a place. Returns the place with the stage's identity. */
	makeStage(name: string, place: StagedPlace): Promise<StagedPlace>;
	/** Copies the cage's state into the stage next to the host's. */
	prepareReturn(name: string, place: StagedPlace, signal: AbortSignal): Promise<void>;
	/** Swaps the copy and the host's content, which is kept until `finishReturn`. */
	swapReturn(place: StagedPlace): Promise<void>;
	/** Restores the host's content, however far the return came. Returns the place without its stage. */
	undoReturn(place: StagedPlace): Promise<AdoptedPlace>;
	finishReturn(place: StagedPlace): Promise<void>;
}

interface TakeRequest {
	readonly name: string;
	readonly writable: readonly WritableDirectory[];
	readonly places: readonly Path[];
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
}
