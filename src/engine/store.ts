import type { Cage } from "../core/cage/cage.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { Path } from "../core/path/path.ts";
import type { OwnerChange, Plan } from "../core/plan/plan.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";

/** The state folder: cages with their generations and data, and saved templates. Names are valid before they come here. */
export interface Store {
	names(): Promise<string[]>;
	/** Waits for nobody: throws `cage-busy` where another command works on the cage. Clears away what a killed command left. */
	lock(name: string): Promise<Lock>;

	cage(name: string): Promise<Cage | undefined>;
	saveCage(cage: Cage): Promise<void>;
	trace(name: string): Promise<Trace | undefined>;
	saveTrace(name: string, trace: Trace): Promise<void>;

	/** The generation that runs at the next start; undefined before the first. */
	present(name: string): Promise<number | undefined>;
	manifest(name: string, generation: number): Promise<Manifest | undefined>;
	root(name: string, generation: number): Path;
	data(name: string): Path;
	/** The folder with the cage's init, for a unit to show inside. */
	launcher(name: string): Path;
	/**
	 * Builds a new generation that nobody uses yet, and makes and seeds what the data lacks. Where it would equal `previous`, that
	 * one's number comes back and nothing is copied.
	 */
	build(request: BuildRequest): Promise<Built>;
	/** Makes a built generation the present one, by one rename. */
	publish(name: string, generation: number): Promise<void>;
	/** Takes away a generation that never was, or no longer is, the present one. */
	discard(name: string, generation: number): Promise<void>;
	/** Generations on disk, oldest first. */
	generations(name: string): Promise<number[]>;
	/** Everything of a cage; with `keepData` its data stays. */
	remove(name: string, keepData: boolean): Promise<void>;

	/** Adds a line to the cage's log. */
	log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void>;
	history(name: string): Promise<string[]>;
	/** The record as it was written last. */
	record(name: string): Promise<string | undefined>;
	/** Writes the record; returns its path. */
	saveRecord(name: string, text: string): Promise<string>;

	/** The account of the host that was made for the cage; it outlives the cage where its data stays. */
	madeAccount(name: string): Promise<MadeAccount | undefined>;
	saveMadeAccount(name: string, account: MadeAccount | undefined): Promise<void>;
	/** Gives what the cage's data has of one account to another. */
	changeDataOwner(name: string, change: OwnerChange): Promise<void>;

	templates(): Promise<StoredTemplate[]>;
	/** Returns the path of the saved file. */
	saveTemplate(template: Template): Promise<string>;
}

export interface MadeAccount {
	readonly name: string;
	/** Absent until it is there. */
	readonly uid?: number;
}

export interface Lock {
	release(): Promise<void>;
}

export interface BuildRequest {
	readonly name: string;
	readonly plan: Plan;
	readonly previous?: number;
	readonly signal: AbortSignal;
	onFile(path: Path, bytesDone: number, bytesTotal: number): void;
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
}
