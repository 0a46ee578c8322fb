import type { AdoptedPlace, Adoption, Companions, StagedPlace } from "../core/adoption/adoption.ts";
import type { Acknowledgement } from "../core/cage/acknowledgement.ts";
import type { Cage } from "../core/cage/cage.ts";
import type { Edit } from "../core/cage/edits.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { Alarm } from "../core/detection/alarm.ts";
import type { StoredReaction } from "../core/detection/reaction.ts";
import type { WatchResult } from "../core/failure-watch/result.ts";
import type { Path } from "../core/path/path.ts";
import type { Plan, WritableDirectory } from "../core/plan/plan.ts";
import type { Evidence } from "../core/record/evidence.ts";
import type { Responsible, ResponsibleNames } from "../core/record/responsible.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { MadeAccounts } from "./account-store.ts";
import type { Archives } from "./archive-store.ts";

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

/** Builds generations and provides the programs that start them. */
export interface GenerationStore {
	/**
	 * Builds a new, unpublished generation and creates and seeds missing data. If it would equal `previous`, returns that
	 * generation and copies nothing.
	 */
	build(request: BuildRequest): Promise<BuildResult>;
	/** Saves an edited file that the host's will replace, and returns its path. Undefined for a link, which has no content. */
	saveEdit(name: string, generation: number, edit: Edit): Promise<Path | undefined>;
	/** Moves state that only other generations mounted to its place for a generation under trial, unless something is there. */
	bringBackState(manifest: Manifest): Promise<void>;
	/**
	 * Makes a built generation the present one with one rename, and moves its state to where it is mounted from. Throws
	 * `unsafe-data` and `data-twice` (exit 4).
	 */
	publish(name: string, generation: number): Promise<void>;
	/** Restores the previous generation and description after a failed publication. Undefined: there was none. */
	restore(name: string, generation: number | undefined, cage: Cage | undefined): Promise<void>;
	/** Copies of a generation without some files, for trials. All are deleted on disposal. */
	partialTrees(manifest: Manifest, signal: AbortSignal): Promise<PartialTrees>;
	/** Deletes a generation that is not the present one. */
	discard(name: string, generation: number): Promise<void>;
	/** A folder that only root can enter, on the file system of the cage's data, for links to published files. */
	published(name: string): Path;
	/** Writes a script there for a unit. Its name depends on its content. Returns the path that the unit contains. */
	placeScript(name: string, script: string): Promise<Path>;
	/** The folder with the cage's init, which a unit binds into the cage. */
	launcher(name: string): Path;
	/** Writes a program there for a unit. Its name depends on its content, because units may need different ones. Returns the name. */
	placeConfiner(name: string, program: Uint8Array): Promise<string>;
}

/** Stored state of a cage's maintenance. */
export interface Upkeep {
	switching(name: string): Promise<GenerationSwitch | undefined>;
	/** Undefined: the switch is finished. */
	saveSwitching(name: string, switching: GenerationSwitch | undefined): Promise<void>;
	/** Asks the `run` in the foreground to restart in this generation. */
	requestRestart(name: string, generation: number): Promise<void>;
	/** Seconds that it gives the application to end (0: no limit). Undefined until it answers. */
	restartAnswer(name: string, generation: number): number | undefined;
	staleMark(name: string): Promise<StaleMark | undefined>;
	/** Stores which host upgrade made the cage outdated; undefined removes the mark. */
	markStale(name: string, mark: StaleMark | undefined): Promise<void>;
	/** When an administrator last looked at the cage's alarms (milliseconds since 1970). */
	lookedAt(name: string): Promise<number | undefined>;
	noteLook(name: string, time: number): Promise<void>;
	/** The newest reactions of `watch` to alarms: the last stop and freeze, and everything that is not done. */
	reactions(name: string): Promise<readonly StoredReaction[]>;
	saveReactions(name: string, reactions: readonly StoredReaction[]): Promise<void>;
	watched(name: string): Promise<WatchResult | undefined>;
	/** Stores what production watches observed; undefined removes it. */
	saveWatched(name: string, watched: WatchResult | undefined): Promise<void>;
	/** Findings that were acknowledged, whether or not they are still reported. Throws `state-damaged`. */
	acknowledgements(name: string): Promise<readonly Acknowledgement[]>;
	saveAcknowledgements(name: string, acknowledgements: readonly Acknowledgement[]): Promise<void>;
}

export interface RemovalStore {
	/** The contents of a cage's folder, one level deep, with their disk usage. Empty if there is no cage. */
	contents(name: string): Promise<readonly CageContent[]>;
	/**
	 * Stores that the cage is being removed; from then on it does not count as a cage. Throws `mounted-below` (exit 4) before
	 * anything changes. The caller holds its lock.
	 */
	begin(name: string, removal: Removal): Promise<void>;
	begun(name: string): Promise<Removal | undefined>;
	/** Deletes the cage except the notes about its removal and account; with `keepData`, its data stays. */
	removeContents(name: string, removal: Removal): Promise<void>;
	/** Deletes the rest. With `keepData`, the account's name stays with the data. */
	end(name: string, removal: Removal): Promise<void>;
}

/** Built-in and saved templates. */
export interface Templates {
	list(): Promise<StoredTemplate[]>;
	/** Saves a template with this machine's values and accepts it. Returns the file's path. */
	save(template: Template, values?: ParameterValues): Promise<string>;
	/** Stores that the user accepted the commands of the template with this hash. */
	accept(hash: string): Promise<void>;
	/** Removes a saved template. False if there is none of that name. */
	remove(name: string): Promise<boolean>;
}

/** The record's texts, evidence and responsible persons. */
export interface RecordStore {
	/** The last record. */
	text(name: string): Promise<string | undefined>;
	/** Writes the record; returns its path. */
	saveText(name: string, text: string): Promise<string>;
	/** Evidence of all generations that were ever published, oldest first, including deleted ones. */
	evidence(name: string): Promise<readonly Evidence[]>;
	saveEvidence(name: string, evidence: Evidence): Promise<void>;
	responsible(name: string): Promise<Responsible>;
	saveResponsible(name: string, responsible: Responsible): Promise<void>;
	/** Defaults for every cage of this state folder. */
	names(): Promise<ResponsibleNames>;
	saveNames(names: ResponsibleNames): Promise<void>;
}

export interface PartialTrees extends AsyncDisposable {
	/** A copy of the generation without these files and links, at a host path. */
	without(left: ReadonlySet<Path>): Promise<{ readonly root: Path } & AsyncDisposable>;
}

interface CagePlace {
	/** The state folder. */
	readonly folder: string;
	/** Free bytes there. */
	readonly free: number;
	/** Whether it has state, even if the cage itself was removed. */
	readonly hasData: boolean;
}

export interface Removal {
	readonly keepData: boolean;
}

export interface CageContent {
	readonly path: Path;
	readonly bytes: number;
	/** The application's state, or the account that owns it; `keepData` keeps it. */
	readonly isData: boolean;
}

/** An unfinished update or rollback: what runs must still move to the present generation. */
export interface GenerationSwitch {
	/** The previous generation and its description. */
	readonly from: number;
	readonly before: Cage;
	/** A service that was stopped and must be started again. */
	readonly stopped?: { readonly service: string; readonly companions: Companions };
}

export interface StaleMark {
	/** ISO 8601, UTC: when it was noticed. */
	readonly since: string;
	readonly packages: readonly string[];
	readonly security: boolean;
}

export interface Lock extends AsyncDisposable {
	/** Deletes files created under this lock that never became a cage. */
	clear(): Promise<void>;
	release(): Promise<void>;
}

interface BuildRequest {
	readonly name: string;
	readonly plan: Plan;
	readonly previous?: number;
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
	/** Announces the next phase. Byte counts start at 0 again. */
	onPhase?(phase: BuildPhase): void;
}

interface BuildResult {
	readonly generation: number;
	readonly unchanged: boolean;
	readonly manifest: Manifest;
	/** Seeds that changed while they were copied, so the copy may be inconsistent. */
	readonly unstable: readonly Path[];
}

export interface StoredTemplate {
	readonly template: Template;
	readonly builtIn: boolean;
	readonly path: string;
	/** SHA-256 of its content. */
	readonly hash: string;
	/** A user accepted its commands, or it is built in. Others do not run. */
	readonly accepted: boolean;
	/** Its parameters on this machine. */
	readonly values: ParameterValues;
}

/** The phases of a build and its trial's start, in order. */
export const buildPhases = ["preparing", "copying", "syncing", "seeding", "auditing", "starting"] as const;
export type BuildPhase = (typeof buildPhases)[number];

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
