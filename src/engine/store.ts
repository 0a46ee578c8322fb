import type { AdoptedPlace, Adoption, Companions, StagedPlace } from "../core/adoption/adoption.ts";
import type { Observed as AuditObserved } from "../core/cage/audit.ts";
import type { BuildPhase } from "../core/cage/build-phases.ts";
import type { Cage } from "../core/cage/cage.ts";
import type { Edit } from "../core/cage/edits.ts";
import type { ExportHead } from "../core/cage/export.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { ObservedState } from "../core/cage/tampering.ts";
import type { Failure } from "../core/failure.ts";
import type { Path } from "../core/path/path.ts";
import type { OwnerChange, Plan, WritableDirectory } from "../core/plan/plan.ts";
import type { Evidence, Names, Responsible } from "../core/record/record.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { Watched } from "../core/watch/watched.ts";

/** What is read of the cages in a state folder. Names are valid before they come here. */
export interface CageReader {
	names(): Promise<string[]>;
	cage(name: string): Promise<Cage | undefined>;
	/** The generation that runs at the next start; undefined before the first. */
	present(name: string): Promise<number | undefined>;
	manifest(name: string, generation: number): Promise<Manifest | undefined>;
	root(name: string, generation: number): Path;
	/** A path that leads to the present generation, whichever that is. */
	presentRoot(name: string): Path;
	data(name: string): Path;
	/** Generations on disk, oldest first. */
	generations(name: string): Promise<number[]>;
	/** The service that the cage has taken over, or is about to. */
	adoption(name: string): Promise<Adoption | undefined>;
	/**
	 * Called each time an update asks whoever runs the cage in the foreground to start it again; `answer` tells it how many seconds the application has to
	 * end, 0: as many as it wants. Returns a function that stops listening.
	 */
	onRestartRequest(name: string, listener: (generation: number, answer: (stopSeconds: number) => void) => void): () => void;
}

/** The state folder: cages with their generations and data, and saved templates. */
export interface Store extends CageReader {
	/** Where a cage of this name lies or will lie. Makes nothing. */
	place(name: string): Promise<CagePlace>;
	/** Waits for nobody: throws `cage-busy` where another command works on the cage. Clears away what a killed command left. */
	lock(name: string): Promise<Lock>;

	saveCage(cage: Cage): Promise<void>;
	trace(name: string): Promise<Trace | undefined>;
	saveTrace(name: string, trace: Trace): Promise<void>;

	/** The folder with the cage's init, for a unit to show inside. */
	launcher(name: string): Path;
	/** Puts a program there for a unit, under a name that tells its content: another unit may want another one. Returns the name. */
	placeConfiner(name: string, program: Uint8Array): Promise<string>;
	/**
	 * Builds a new generation that nobody uses yet, and makes and seeds what the data lacks. Where it would equal `previous`, that
	 * one's number comes back and nothing is copied.
	 */
	build(request: BuildRequest): Promise<Built>;
	/** Configuration that was edited in a generation since it was built, or before. */
	edits(manifest: Manifest, signal: AbortSignal): Promise<readonly Edit[]>;
	/** Keeps an edited file that gives way to the host's; tells where. Of a link nothing has to be kept but its target. */
	setAside(name: string, generation: number, edit: Edit): Promise<Path | undefined>;
	/** Puts state that only other generations mounted in its place for a generation that is to be tried, where nothing is there. */
	bringBackState(manifest: Manifest): Promise<void>;
	/** Makes a built generation the present one, by one rename, with its state where it mounts it from. Throws `unsafe-data` and `data-twice` (exit 4). */
	publish(name: string, generation: number): Promise<void>;
	/** What was present before, and what was remembered of the cage, where what had to come with another generation failed. undefined: nothing was. */
	restore(name: string, generation: number | undefined, cage: Cage | undefined): Promise<void>;
	/** For trials of a generation without some of its files; everything of it is gone once it is disposed of. */
	partialTrees(manifest: Manifest, signal: AbortSignal): Promise<PartialTrees>;
	/** Takes away a generation that never was, or no longer is, the present one. */
	discard(name: string, generation: number): Promise<void>;
	/**
	 * Writes the cage's present generation as a tar archive into a new file, or to stdout: false where its reader went away before the end. The caller
	 * holds its lock.
	 */
	exportCage(request: ExportRequest, signal: AbortSignal): Promise<Exported>;
	/** Reads an archive to its end and writes nothing. Throws `no-such-file`, `no-export` and `export-damaged` (exit 2). */
	inspectArchive(archive: Path, signal: AbortSignal): Promise<InspectedArchive>;
	/** Unpacks an archive under a hidden name beside the cages. */
	receiveCage(request: ImportRequest, signal: AbortSignal): Promise<ReceivedCage>;
	/** A cage of that name is there, or data that one left. */
	isTaken(name: string): Promise<boolean>;
	/** What lies in a cage's folder, one level deep, and what it takes on disk; empty where there is none. */
	contents(name: string): Promise<readonly CageContent[]>;
	/**
	 * Writes down that a cage is being removed; from then on it is none. Fails with `mounted-below` (exit 4) before anything is touched. The caller holds
	 * its lock.
	 */
	beginRemoval(name: string, removal: Removal): Promise<void>;
	removal(name: string): Promise<Removal | undefined>;
	/** Takes away everything of a cage but what tells that it is being removed, and which account was made for it; with `keepData` its data stays. */
	removeContents(name: string, removal: Removal): Promise<void>;
	/** Takes away the rest: with `keepData` the account's name stays with the data. */
	endRemoval(name: string, removal: Removal): Promise<void>;
	/** Names of what a command has begun to switch or to remove and has not ended; one may be at work on it. */
	unfinished(): Promise<readonly string[]>;
	switching(name: string): Promise<Switching | undefined>;
	/** undefined: it is over. */
	saveSwitching(name: string, switching: Switching | undefined): Promise<void>;

	saveAdoption(name: string, adoption: Adoption): Promise<void>;
	/** The service is the host's again. */
	endAdoption(name: string): Promise<void>;
	readonly adopting: AdoptedState;

	/** That an upgrade of the host made the cage old, and what of; undefined takes the mark away. */
	markStale(name: string, mark: StaleMark | undefined): Promise<void>;
	staleMark(name: string): Promise<StaleMark | undefined>;
	/** What watches of the cage in production have shown; undefined takes it away. */
	saveWatched(name: string, watched: Watched | undefined): Promise<void>;
	watched(name: string): Promise<Watched | undefined>;
	/** Asks whoever runs the cage in the foreground to start it again in this generation. */
	requestRestart(name: string, generation: number): Promise<void>;
	/** Seconds that whoever was asked gives the application to end, 0: as many as it wants; undefined as long as nobody has answered. */
	restartAnswer(name: string, generation: number): number | undefined;

	/** Adds a line to the cage's log. */
	log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void>;
	history(name: string): Promise<string[]>;
	/** The record as it was written last. */
	record(name: string): Promise<string | undefined>;
	/** Writes the record; returns its path. */
	saveRecord(name: string, text: string): Promise<string>;
	readonly records: RecordStore;

	/** The account of the host that was made for the cage; it outlives the cage where its data stays. */
	madeAccount(name: string): Promise<MadeAccount | undefined>;
	saveMadeAccount(name: string, account: MadeAccount | undefined): Promise<void>;
	/** Gives what the cage's data has of one account to another. */
	changeDataOwner(name: string, change: OwnerChange): Promise<void>;

	templates(): Promise<StoredTemplate[]>;
	/** Saves it with the values that it has on this machine alone, and remembers it as accepted. Returns the path of the file. */
	saveTemplate(template: Template, values?: ParameterValues): Promise<string>;
	/** That somebody has seen the commands of a template with this hash and wants them run. */
	acceptTemplate(hash: string): Promise<void>;
	/** A saved one; false where there is none of that name. */
	removeTemplate(name: string): Promise<boolean>;
}

/**
 * Sessions of the wizard that were left before their end, each with an id of its own. Their fields are plain values; of what they mean nothing is
 * known here.
 */
export interface Sessions {
	/** All of them, the latest first. Looking changes nothing. */
	list(): Promise<readonly StoredSession[]>;
	/** A new one, open here. */
	create(): Promise<HeldSession>;
	/**
	 * Opens one. Throws `session-unknown`, `session-open` with the pid of the process that has it, `session-newer`, or `session-damaged` once it was set
	 * aside.
	 */
	open(id: string): Promise<OpenedSession>;
	/** Takes one out of the way that cannot be read, for somebody to look at. Returns where it is. */
	setAside(id: string): Promise<string>;
	/** Throws `session-unknown` or `session-open`. */
	remove(id: string): Promise<void>;
}

export interface StoredSession {
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly savedAt: number;
	/** The process that has it open. */
	readonly holder?: number;
	/** Where it is. */
	readonly path: string;
	/** `aside`: damaged, and taken out of the way before. */
	readonly problem?: "damaged" | "newer" | "aside";
	/** The small fields; empty where there is a problem. */
	readonly fields: Readonly<Record<string, unknown>>;
}

export interface OpenedSession {
	readonly held: HeldSession;
	readonly savedAt: number;
	/** All fields that could be read; a damaged part is missing. */
	readonly fields: Readonly<Record<string, unknown>>;
}

/** A session that no other process can open meanwhile. */
export interface HeldSession {
	readonly id: string;
	/** Writes these fields in place of those before; a large one only when it is another value. At any moment there is a whole session on disk. */
	write(fields: Readonly<Record<string, unknown>>): Promise<void>;
	/** There is nothing left to go on with. */
	remove(): Promise<void>;
	release(): void;
}

/** What the record tells beyond the manifest, and whom it names. */
export interface RecordStore {
	/** Of every generation that was the present one since such is kept, oldest first; also of those whose files are gone. */
	evidence(name: string): Promise<readonly Evidence[]>;
	saveEvidence(name: string, evidence: Evidence): Promise<void>;
	responsible(name: string): Promise<Responsible>;
	saveResponsible(name: string, responsible: Responsible): Promise<void>;
	/** Those that count for every cage of this state folder. */
	names(): Promise<Names>;
	saveNames(names: Names): Promise<void>;
}

/** State on its way between the host and a cage. The caller holds the cage's lock, and the service is stopped. */
export interface AdoptedState {
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

export interface TakeRequest {
	readonly name: string;
	readonly writable: readonly WritableDirectory[];
	readonly places: readonly Path[];
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
}

export interface PartialTrees {
	/** A tree with everything of the generation but these files and links, at a host path. */
	without(left: ReadonlySet<Path>): Promise<{ readonly root: Path; dispose(): Promise<void> }>;
	dispose(): Promise<void>;
}

/** A cage that came from elsewhere, unpacked but not yet a cage of this machine. */
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

export interface ReceivedCage {
	readonly manifest: Manifest;
	/** Host paths of the generation and of the data, until it is taken in. */
	readonly root: Path;
	readonly data: Path;
	/** Gives it its name by one rename, and remembers the account that was made for it. Fails with `import-there` (exit 4) where the name is taken meanwhile. */
	takeIn(account?: MadeAccount): Promise<void>;
	discard(): Promise<void>;
}

export interface CagePlace {
	/** The state folder. */
	readonly folder: string;
	/** Bytes that are free there. */
	readonly free: number;
	/** It has state, also where the cage itself was taken away. */
	readonly hasData: boolean;
}

/** How a cage is taken away. */
export interface Removal {
	readonly keepData: boolean;
}

export interface CageContent {
	readonly path: Path;
	readonly bytes: number;
	/** State of the application, or the account that it belongs to: with `keepData` it stays. */
	readonly isData: boolean;
}

/** An update or a rollback on its way: what runs has to follow into the present generation. */
export interface Switching {
	/** The present generation before, and what was remembered of the cage with it. */
	readonly from: number;
	readonly before: Cage;
	/** A service that was stopped to be started again. */
	readonly stopped?: { readonly service: string; readonly companions: Companions };
}

export interface StaleMark {
	/** ISO 8601, UTC: when it was noticed. */
	readonly since: string;
	readonly packages: readonly string[];
	readonly security: boolean;
}

export interface MadeAccount {
	readonly name: string;
	/** Absent until it is there. */
	readonly uid?: number;
}

export interface Lock {
	/** Takes away what was begun under it and never became a cage. */
	clear(): Promise<void>;
	release(): Promise<void>;
}

export interface BuildRequest {
	readonly name: string;
	readonly plan: Plan;
	readonly previous?: number;
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
	/** What comes next, of those that a build has; the bytes count anew. */
	onPhase?(phase: BuildPhase): void;
}

export interface Built {
	readonly generation: number;
	readonly unchanged: boolean;
	readonly manifest: Manifest;
	/** Seeds that were written to while they were copied: half of a change may have come along. */
	readonly unstable: readonly Path[];
}

export interface StoredTemplate {
	readonly template: Template;
	readonly builtIn: boolean;
	readonly path: string;
	/** SHA-256 of what it says. */
	readonly hash: string;
	/** Its commands were shown to somebody, or they are our own; one that is not does not run. */
	readonly accepted: boolean;
	/** What its parameters are on this machine. */
	readonly values: ParameterValues;
}
