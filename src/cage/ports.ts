import type { Path } from "../base/path/path.ts";
import type { OwnerChange, Plan } from "../plan/plan.ts";
import type { Cage } from "./cage.ts";
import type { Edit } from "./edits.ts";
import type { Manifest } from "./manifest.ts";

/** The host account that was created for a cage. It outlives the cage if the cage's data is kept. */
export interface MadeAccounts {
	made(name: string): Promise<MadeAccount | undefined>;
	saveMade(name: string, account: MadeAccount | undefined): Promise<void>;
	/** Changes the owner of the cage's data wherever it is the first account of `change`. */
	changeDataOwner(name: string, change: OwnerChange): Promise<void>;
}

export interface MadeAccount {
	readonly name: string;
	/** Absent until the account exists. */
	readonly uid?: number;
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
	/**
	 * Writes the text of an EnvironmentFile= there for a unit, readable for root only. The same text gets the same name, from which
	 * nobody can guess the text. Returns the path.
	 */
	placeEnvironment(name: string, text: string): Promise<Path>;
	/** The folder with the cage's init, which a unit binds into the cage. */
	launcher(name: string): Path;
	/** Writes a program there for a unit. Its name depends on its content, because units may need different ones. Returns the name. */
	placeConfiner(name: string, program: Uint8Array): Promise<string>;
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

export interface PartialTrees extends AsyncDisposable {
	/** A copy of the generation without these files and links, at a host path. */
	without(left: ReadonlySet<Path>): Promise<{ readonly root: Path } & AsyncDisposable>;
}

export interface CagePlace {
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

/** The phases of a build and its trial's start, in order. */
export const buildPhases = ["preparing", "copying", "syncing", "seeding", "auditing", "starting"] as const;

export type BuildPhase = (typeof buildPhases)[number];
