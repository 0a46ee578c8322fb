import type { AdoptedPlace, Adoption, StagedPlace } from "../core/adoption/adoption.ts";
import type { Path } from "../core/path/path.ts";
import type { WritableDirectory } from "../core/plan/plan.ts";

/** State on its way between the host and a cage. The caller holds the cage's lock, and the service is stopped. */
export interface AdoptedState {
	save(name: string, adoption: Adoption): Promise<void>;
	/** The service is the host's again. */
	end(name: string): Promise<void>;
	/** Lets go of what an earlier adoption kept; before anything is stopped. */
	clear(name: string): Promise<void>;
	/** Throws `disk-full` where the host's state would not fit into the cage. */
	requireRoom(name: string, places: readonly Path[]): Promise<void>;
	/** Throws `disk-full` where the cage's state would not fit beside the host's. */
	requireRoomOutside(name: string, places: readonly Path[]): Promise<void>;
	/** Copies the host's state aside; tells files that were written to meanwhile. */
	take(request: TakeRequest): Promise<{ readonly places: readonly AdoptedPlace[]; readonly unstable: readonly Path[] }>;
	/** Makes the copy the cage's data. What it had stays aside. */
	use(name: string): Promise<void>;
	/**
	 * The cage has its own data again. With `since`, when the adoption began, what it had meanwhile is kept: tells where. Without, it is let go.
	 */
	restore(name: string, since?: string): Promise<Path | undefined>;
	/** As `AdoptedPlace` has it, of now. */
	fingerprints(name: string, path: Path): Promise<{ readonly host?: string; readonly cage?: string }>;
	/** A link in the cage's state that may not come back: it leads out of the state, and the host has none like it. */
	foreignLink(name: string, path: Path): Promise<Path | undefined>;
	/** For a stage: nobody can have put anything there before. */
	stageName(): Path;
	/** Makes the stage of a place; the place with what the stage is known by from then on. */
	makeStage(name: string, place: StagedPlace): Promise<StagedPlace>;
	/** Copies the cage's state beside the host's. */
	prepareReturn(name: string, place: StagedPlace, signal: AbortSignal): Promise<void>;
	/** Makes the copy the host's content, which stays aside until `finishReturn`. */
	swapReturn(place: StagedPlace): Promise<void>;
	/** The host's content is as before, however far the others came. The place without its stage. */
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
