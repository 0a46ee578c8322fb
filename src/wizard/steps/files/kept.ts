import * as v from "valibot";
import { noRules, type Rules } from "../../../core/application/application.ts";
import type { Path } from "../../../core/path/path.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { type Decided, type FilesState, noFilesState } from "./state.ts";

/** What of the files step outlives the process: every decision with its way back, but not the plans that were shown with them. */
export interface KeptFiles {
	readonly opened: readonly string[];
	readonly touched: readonly Path[];
	readonly past: readonly Rules[];
	readonly future: readonly Rules[];
	readonly planned?: Rules;
}

const remembered = new WeakMap<FilesState, KeptFiles>();

/** The same value for the same state: by that it is told that nothing changed. */
export function keptFiles(files: FilesState): KeptFiles {
	const { future, opened, past, planned, touched } = files;
	const rules = (all: readonly Decided[]) => all.map((one) => one.rules);
	const kept = remembered.get(files) ?? {
		opened,
		touched,
		past: rules(past),
		future: rules(future),
		...(planned ? { planned } : {}),
	};
	remembered.set(files, kept);
	return kept;
}

const strings = v.array(v.string());
const rulesSchema = v.looseObject({ binds: v.array(v.looseObject({})), include: strings, exclude: strings });

const schema = v.looseObject({
	opened: strings,
	touched: strings,
	past: v.array(rulesSchema),
	future: v.array(rulesSchema),
	planned: v.optional(rulesSchema),
});

/** As at the start, with as much of it as was kept. `tried` is the plan of the last trial. */
export function restoredFiles(stored: unknown, tried: Plan | undefined): FilesState {
	const from = tried ? { ...noFilesState, tried } : noFilesState;
	if (!v.is(schema, stored)) return from;
	const { future, opened, past, planned, touched } = stored as unknown as KeptFiles;
	const decided = (all: readonly Rules[]): Decided[] => all.map((rules) => ({ rules: { ...noRules, ...rules } }));
	return {
		...from,
		opened: opened as FilesState["opened"],
		touched,
		past: decided(past),
		future: decided(future),
		...(planned ? { planned: { ...noRules, ...planned } } : {}),
	};
}
