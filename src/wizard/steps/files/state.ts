import type { Rules } from "../../../core/application/application.ts";
import type { Path } from "../../../core/path/path.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { nothingPending, type Pending } from "./pending.ts";
import type { FileNode } from "./tree.ts";

/** What is shown: the tree of all, or a list of those that wait for a yes, are risky, go in, stay out, were decided by a rule, are new since the last trial. */
export const fileTabs = ["all", "attention", "risky", "in", "out", "decided", "new"] as const;
export type FileTab = (typeof fileTabs)[number];

/** Where the administrator is in the files, and the way back through the decisions. */
export interface FilesState {
	/** Groups and folders that are open, by the ids of their rows. */
	readonly opened: readonly FileNode["id"][];
	/** What was decided in a view that has not all: it stays in sight there, whatever it is now. */
	readonly touched: readonly Path[];
	readonly pending: Pending;
	readonly past: readonly Decided[];
	readonly future: readonly Decided[];
	/** The rules of the plan on the screen, as they were asked for: the plan's own have the directories that it shares by itself. */
	readonly planned?: Rules;
	/** Enter was pressed while the next plan is being made: it goes on once that is there. */
	readonly goesOn?: boolean;
	/** The session goes on, and its plan is being made again: the cursor stays where it was. */
	readonly resumed?: true;
	/** What was built and tried last. */
	readonly tried?: Plan;
}

/** Rules as they were before or after a decision, with what was on the screen as long as that is worth its memory. */
export interface Decided {
	readonly rules: Rules;
	readonly shown?: { readonly plan: Plan; readonly pending: Pending; readonly planned?: Rules };
}

export const noFilesState: FilesState = { opened: [], touched: [], pending: nothingPending, past: [], future: [] };
