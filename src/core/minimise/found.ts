import type { FileUnit } from "./units.ts";

/** What a search for what nothing needs came to. */
export interface Found {
	readonly left: readonly FileUnit[];
	readonly kept: readonly FileUnit[];
	readonly trials: number;
	readonly seconds: number;
	/** False where it was stopped before every file was decided. */
	readonly isComplete: boolean;
	/** What each trial asked for. */
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** Exercises and signals that fail with every file there, and so say nothing. */
	readonly uncounted: readonly string[];
}
