import type { Path } from "../../base/path/path.ts";
import type { Decision, Plan } from "../../plan/plan.ts";
import type { Rules } from "../../service/application.ts";

/** The tree, or a filtered list: needs a decision, risky, included, left out, decided by a rule, new since the last trial. */
export const fileTabs = ["all", "attention", "risky", "in", "out", "decided", "new"] as const;
export type FileTab = (typeof fileTabs)[number];

export interface FilesState {
	/** Ids of open rows. */
	readonly opened: readonly string[];
	/** Items that were decided in the current filtered list; they stay visible there. */
	readonly touched: readonly Path[];
	readonly pending: PendingDecisions;
	readonly past: readonly DecisionStep[];
	readonly future: readonly DecisionStep[];
	/** The requested rules of the displayed plan. The plan's own rules also contain shared directories. */
	readonly planned?: Rules;
	/** After a resume, the cursor keeps its position. */
	readonly resumed?: true;
	/** It was said that entries need a decision. */
	readonly reminded?: true;
	/** The plan of the last candidate. */
	readonly tried?: Plan;
}

/** The rules before or after a decision. Recent ones include the plan, for a quick undo. */
export interface DecisionStep {
	readonly rules: Rules;
	readonly shown?: { readonly plan: Plan; readonly pending: PendingDecisions; readonly planned?: Rules };
}

/** Decisions that the displayed plan does not contain yet. */
export interface PendingDecisions {
	readonly decisions: ReadonlyMap<Path, Decision>;
	/** Folders to be mounted instead of copied. */
	readonly mounted: ReadonlySet<Path>;
}

export const nothingPending: PendingDecisions = { decisions: new Map(), mounted: new Set() };

export const noFilesState: FilesState = { opened: [], touched: [], pending: nothingPending, past: [], future: [] };
