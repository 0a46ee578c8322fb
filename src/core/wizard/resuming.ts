import { notice, only, start, without } from "./reduced.ts";
import type { Resumed } from "./seen.ts";
import type { Reduced, WizardState } from "./state.ts";
import type { Kept } from "./stored.ts";

/** Goes on with the session that was asked for on the command line. */
export function resumeWanted(state: WizardState): Reduced {
	const { resuming } = state;
	return resuming === undefined ? only(state) : start(without(state, "resuming"), { job: "resume", id: resuming });
}

/** What was left takes the place of everything but what belongs to this terminal and this moment. */
export function resumed(now: WizardState, { ago, changed, example, name, state, whole }: Resumed): Reduced {
	const { choices, jobs, lacks, size, ticket } = now;
	const here = { jobs, size, ticket, ...(choices ? { choices } : {}), ...(lacks ? { lacks } : {}), thenBuild: false };
	const back: WizardState = { ...(state as Kept), ...here };
	const told = !whole
		? notice(back, "resumed-in-part", { name, ago })
		: changed > 0
			? notice(back, "resumed-changed", { name, ago, count: changed, example })
			: notice(back, "resumed", { name, ago });
	const { answers, failure } = told;
	if (!answers || !told.trace?.result?.answered) return only(told);
	// The machine may have changed, and what is built is the plan of now. What ended the work before still holds.
	const { intentions, state: planning } = start(told, { job: "plan", answers });
	return { state: { ...planning, ...(failure ? { failure } : {}) }, intentions };
}
