import type { Path } from "../base/path/path.ts";
import type { WritableDirectory } from "../plan/plan.ts";
import type { NeighbourSocket } from "../service/company.ts";
import type { AdoptedPlace, Adoption, StagedPlace } from "./adoption.ts";
import type { Client, ClientProcess, ObservedClients, Offer } from "./clients.ts";

/** Finds and asks the clients of the host's services. Changes nothing. */
export interface ServiceClients {
	/**
	 * Looks at the host's processes, sockets and units once. `places` are directories with the service's state. `paths` are looked at
	 * even if the service offers them no more. `traced` is what `tracedPorts` returns. Takes some tenths of a second.
	 */
	look(
		service: string,
		places: readonly Path[],
		paths?: ObservedClients["paths"],
		traced?: ReadonlySet<string>,
	): Promise<ObservedClients>;
	/** Programs whose configuration in /etc names an offer, without the files in `own`. Bounded in size and time. */
	configured(offers: readonly Offer[], own: ReadonlySet<Path>): readonly Client[];
	/** Sockets with a path on which other running services listen. */
	neighbours(service: string): Promise<readonly NeighbourSocket[]>;
	/** Base names of the executables among these files of packages. */
	executables(files: readonly Path[]): readonly Path[];
	/**
	 * Connects to the offer with the account, groups, root directory and network of the client's process. Undefined if such a
	 * connection proves nothing, for example because it is not a stream.
	 */
	connect(process: ClientProcess, offer: Offer): Promise<ConnectResult | undefined>;
}

/** `open`: the connection lasted for a moment. `closed`: the service closed it at once. Otherwise an error of connect(2), e.g. `EACCES`. */
export type ConnectResult = "open" | "closed" | (string & {});

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
	 * Restores the cage's own data. With `since` (when the adoption began), the adopted data is kept and its path returned, if it has
	 * files; otherwise it is deleted.
	 */
	restore(name: string, since?: string): Promise<Path | undefined>;
	/** Current fingerprints, comparable with those of `AdoptedPlace`. */
	fingerprints(name: string, path: Path): Promise<{ readonly host?: string; readonly cage?: string }>;
	/** A place that came into the cage after the adoption. Undefined if the cage has no files there. */
	laterPlace(name: string, path: Path): Promise<AdoptedPlace | undefined>;
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
	/** Restores the host's content, however far the return came. What was taken out stays in the stage until `endUndo`. */
	undoReturn(place: StagedPlace): Promise<void>;
	/**
	 * Removes the stage. If the service may have written on the host (`isUsed`), its writes are kept below `kept`. Returns the place
	 * without its stage, and whether anything was kept.
	 */
	endUndo(place: StagedPlace, kept: Path): Promise<{ readonly place: AdoptedPlace; readonly hasKept: boolean }>;
	/** Where writes of a service are kept whose move was undone at this time (ISO 8601). */
	undonePath(name: string, time: string): Path;
	finishReturn(place: StagedPlace): Promise<void>;
}

interface TakeRequest {
	readonly name: string;
	readonly writable: readonly WritableDirectory[];
	readonly places: readonly Path[];
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
}
