import type { WizardState } from "../../state.ts";
import { standingOf } from "./pending.ts";
import { noTotals, type Totals } from "./totals.ts";

/** With what was decided since the plan was made. */
export function totalsNow({ files, plan }: Pick<WizardState, "files" | "plan">): Totals {
	return plan ? standingOf(plan, files.pending).totals : noTotals;
}
