import type { Adoption, Companions } from "../core/adoption/adoption.ts";
import type { Cage } from "../core/cage/cage.ts";
import type { Edit } from "../core/cage/edits.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { Path } from "../core/path/path.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Evidence, Names, Responsible } from "../core/record/record.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { Watched } from "../core/watch/watched.ts";
import type { MadeAccounts } from "./account-store.ts";
import type { AdoptedState } from "./adoption-store.ts";
import type { Archives } from "./archive-store.ts";

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

/** The state folder: its cages, and by role what is done with them. */
export interface Store extends CageReader {
	/** Where a cage of this name lies or will lie. Makes nothing. */
	place(name: string): Promise<CagePlace>;
	/** A cage of that name is there, or data that one left. */
	isTaken(name: string): Promise<boolean>;
	/** Names of what a command has begun to switch or to remove and has not ended; one may be at work on it. */
	unfinished(): Promise<readonly string[]>;
	/** Waits for nobody: throws `cage-busy` where another command works on the cage. Clears away what a killed command left. */
	lock(name: string): Promise<Lock>;
	saveCage(cage: Cage): Promise<void>;
	trace(name: string): Promise<Trace | undefined>;
	saveTrace(name: string, trace: Trace): Promise<void>;
	/** Adds a line to the cage's log. */
	log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void>;
	history(name: string): Promise<string[]>;

	readonly building: Building;
	readonly upkeep: Upkeep;
	readonly removing: Removing;
	readonly accounts: MadeAccounts;
	readonly adopting: AdoptedState;
	readonly records: RecordStore;
	readonly archives: Archives;
	readonly templates: Templates;
}

/** Generations, and the programs that start them. */
export interface Building {
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
	/** The folder with the cage's init, for a unit to show inside. */
	launcher(name: string): Path;
	/** Puts a program there for a unit, under a name that tells its content: another unit may want another one. Returns the name. */
	placeConfiner(name: string, program: Uint8Array): Promise<string>;
}

/** What is remembered of a cage while it is kept up to date. */
export interface Upkeep {
	switching(name: string): Promise<Switching | undefined>;
	/** undefined: it is over. */
	saveSwitching(name: string, switching: Switching | undefined): Promise<void>;
	/** Asks whoever runs the cage in the foreground to start it again in this generation. */
	requestRestart(name: string, generation: number): Promise<void>;
	/** Seconds that whoever was asked gives the application to end, 0: as many as it wants; undefined as long as nobody has answered. */
	restartAnswer(name: string, generation: number): number | undefined;
	staleMark(name: string): Promise<StaleMark | undefined>;
	/** That an upgrade of the host made the cage old, and what of; undefined takes the mark away. */
	markStale(name: string, mark: StaleMark | undefined): Promise<void>;
	watched(name: string): Promise<Watched | undefined>;
	/** What watches of the cage in production have shown; undefined takes it away. */
	saveWatched(name: string, watched: Watched | undefined): Promise<void>;
}

export interface Removing {
	/** What lies in a cage's folder, one level deep, and what it takes on disk; empty where there is none. */
	contents(name: string): Promise<readonly CageContent[]>;
	/**
	 * Writes down that a cage is being removed; from then on it is none. Fails with `mounted-below` (exit 4) before anything is touched. The caller holds
	 * its lock.
	 */
	begin(name: string, removal: Removal): Promise<void>;
	begun(name: string): Promise<Removal | undefined>;
	/** Takes away everything of a cage but what tells that it is being removed, and which account was made for it; with `keepData` its data stays. */
	removeContents(name: string, removal: Removal): Promise<void>;
	/** Takes away the rest: with `keepData` the account's name stays with the data. */
	end(name: string, removal: Removal): Promise<void>;
}

/** Built-in and saved templates. */
export interface Templates {
	list(): Promise<StoredTemplate[]>;
	/** Saves it with the values that it has on this machine alone, and remembers it as accepted. Returns the path of the file. */
	save(template: Template, values?: ParameterValues): Promise<string>;
	/** That somebody has seen the commands of a template with this hash and wants them run. */
	accept(hash: string): Promise<void>;
	/** A saved one; false where there is none of that name. */
	remove(name: string): Promise<boolean>;
}

/** What the record tells beyond the manifest, and whom it names. */
export interface RecordStore {
	/** The record as it was written last. */
	text(name: string): Promise<string | undefined>;
	/** Writes the record; returns its path. */
	saveText(name: string, text: string): Promise<string>;
	/** Of every generation that was the present one since such is kept, oldest first; also of those whose files are gone. */
	evidence(name: string): Promise<readonly Evidence[]>;
	saveEvidence(name: string, evidence: Evidence): Promise<void>;
	responsible(name: string): Promise<Responsible>;
	saveResponsible(name: string, responsible: Responsible): Promise<void>;
	/** Those that count for every cage of this state folder. */
	names(): Promise<Names>;
	saveNames(names: Names): Promise<void>;
}

export interface PartialTrees {
	/** A tree with everything of the generation but these files and links, at a host path. */
	without(left: ReadonlySet<Path>): Promise<{ readonly root: Path; dispose(): Promise<void> }>;
	dispose(): Promise<void>;
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

export interface Lock {
	/** Takes away what was begun under it and never became a cage. */
	clear(): Promise<void>;
	release(): Promise<void>;
}

interface BuildRequest {
	readonly name: string;
	readonly plan: Plan;
	readonly previous?: number;
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
	/** What comes next, of those that a build has; the bytes count anew. */
	onPhase?(phase: BuildPhase): void;
}

interface Built {
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

/** What a build and the start of its trial do one after the other. */
export const buildPhases = ["preparing", "copying", "syncing", "seeding", "auditing", "starting"] as const;
export type BuildPhase = (typeof buildPhases)[number];
