import type { Rules } from "../../../core/application/application.ts";
import type { Path } from "../../../core/path/path.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { nothingPending, type PendingDecisions } from "./pending.ts";
import type { FileNode } from "./tree.ts";

/** The tree, or a filtered list: needs a decision, risky, included, left out, decided by a rule, new since the last trial. */
export const fileTabs = ["all", "attention", "risky", "in", "out", "decided", "new"] as const;
export type FileTab = (typeof fileTabs)[number];

export interface FilesState {
	/** Ids of open rows. */
	readonly opened: readonly FileNode["id"][];
	/** Items that were decided in the current filtered list; they stay visible there. */
	readonly touched: readonly Path[];
	readonly pending: PendingDecisions;
	readonly past: readonly DecisionStep[];
	readonly future: readonly DecisionStep[];
	/** The requested rules of the displayed plan. The plan's own rules also contain shared directories. */
	readonly planned?: Rules;
	/** After a resume, the cursor keeps its position. */
	readonly resumed?: true;
	/** The plan of the last candidate. */
	readonly tried?: Plan;
}

/** The rules before or after a decision. Recent ones include the plan, for a quick undo. */
export interface DecisionStep {
	readonly rules: Rules;
	readonly shown?: { readonly plan: Plan; readonly pending: PendingDecisions; readonly planned?: Rules };
}

export const noFilesState: FilesState = { opened: [], touched: [], pending: nothingPending, past: [], future: [] };
