import type { Adoption } from "../../adopt/adoption.ts";
import type { AdoptedState } from "../../adopt/ports.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Edit } from "../../cage/edits.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { CagePlace, GenerationStore, Lock, MadeAccounts, RemovalStore } from "../../cage/ports.ts";
import type { RecordStore } from "../../record/ports.ts";
import type { Templates } from "../../template/ports.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Archives } from "../../transfer/ports.ts";
import type { Upkeep } from "../../upkeep/ports.ts";
import type { Alarm } from "../../watch/alarm.ts";
import type { Path } from "../path/path.ts";

/** Reads the cages of a state folder. The caller validates names. */
export interface CageReader {
	names(): Promise<string[]>;
	cage(name: string): Promise<Cage | undefined>;
	/** The generation of the next start. Undefined before the first build. */
	present(name: string): Promise<number | undefined>;
	manifest(name: string, generation: number): Promise<Manifest | undefined>;
	root(name: string, generation: number): Path;
	/** A path that always leads to the present generation. */
	presentRoot(name: string): Path;
	data(name: string): Path;
	/** Generations on disk, oldest first. */
	generations(name: string): Promise<number[]>;
	/** The service that the cage has adopted or is adopting. */
	adoption(name: string): Promise<Adoption | undefined>;
	/**
	 * Calls the listener when an update asks the `run` in the foreground to restart. `answer` takes the seconds that the
	 * application gets to end (0: no limit). Returns a function that stops listening.
	 */
	onRestartRequest(name: string, listener: (generation: number, answer: (stopSeconds: number) => void) => void): () => void;
}

/** The part of the state folder that starts, shows and documents cages. */
export interface CageStore extends CageReader {
	/** Cages with an unfinished switch or removal, which another command may still be working on. */
	unfinished(): Promise<readonly string[]>;
	/** Whether a killed command left work to finish or files to clear. Quick, because every command asks. */
	hasUnfinished(): Promise<boolean>;
	/** Locks a cage and cleans up after killed commands. Throws `cage-busy` at once if another command has the lock. */
	lock(name: string): Promise<Lock>;
	saveCage(cage: Cage): Promise<void>;
	trace(name: string): Promise<Trace | undefined>;
	/** Configuration that was edited in a generation or an earlier one. */
	edits(manifest: Manifest, signal: AbortSignal): Promise<readonly Edit[]>;
	/** Adds a line to the cage's log. */
	log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void>;
	/** The log's lines and the alarms, in the order of their time. */
	history(name: string): Promise<string[]>;
	/** The stored alarms, oldest first. */
	alarms(name: string): Promise<readonly Alarm[]>;

	readonly upkeep: Upkeep;
	readonly removing: RemovalStore;
	readonly records: RecordStore;
}

/** The state folder: its cages, and operations on them by role. */
export interface Store extends CageStore {
	/** The place of a cage of this name. Creates nothing. */
	place(name: string): Promise<CagePlace>;
	/** Whether a cage of that name exists, or data that one left. */
	isTaken(name: string): Promise<boolean>;
	saveTrace(name: string, trace: Trace): Promise<void>;
	/** Stores an alarm of its cage. Only the newest are kept, some thousand. */
	addAlarm(alarm: Alarm): Promise<void>;
	/** Stores that every record before `time` (milliseconds since 1970) was handled. */
	noteWatched(time: number): Promise<void>;
	/** What `noteWatched` stored last. */
	watchedUntil(): Promise<number | undefined>;

	readonly building: GenerationStore;
	readonly accounts: MadeAccounts;
	readonly adopting: AdoptedState;
	readonly archives: Archives;
	readonly templates: Templates;
}
