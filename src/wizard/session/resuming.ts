import { notice, only, start, without } from "../reduced.ts";
import { type Job, type Reduced, startState, type WizardState } from "../state.ts";
import type { Kept } from "./stored.ts";
import type { Resumed } from "./values.ts";

/** Goes on with the session that was asked for on the command line. */
export function resumeWanted(state: WizardState): Reduced {
	const { resuming } = state;
	return resuming === undefined ? only(state) : start(without(state, "resuming"), { job: "resume", id: resuming });
}

/** A state in which nothing was done yet, in this terminal and with this list. */
export function anew(now: WizardState): WizardState {
	const { choices, chosen, commands, cursors, jobs, lacks, queries, size, ticket } = now;
	return {
		...startState,
		...{ commands, cursors, jobs, queries, size, ticket },
		...(choices ? { choices } : {}),
		...(chosen === undefined ? {} : { chosen }),
		...(lacks ? { lacks } : {}),
	};
}

/** What was left takes the place of everything but what belongs to this terminal and this moment. */
export function resumed(now: WizardState, { ago, changed, example, name, state, whole }: Resumed): Reduced {
	const { jobs, size, ticket, ...here } = anew(now);
	const back: WizardState = { ...here, ...(state as Kept), jobs, size, ticket };
	const told = !whole
		? notice(back, "resumed-in-part", { name, ago })
		: changed > 0
			? notice(back, "resumed-changed", { name, ago, count: changed, example })
			: notice(back, "resumed", { name, ago });
	const { answers } = told;
	if (!answers || !told.trace?.result?.answered) return only(told);
	// The machine may have changed, and what is built is the plan of now. What ended the work before still holds.
	return startKeepingFailure(told, { job: "plan", answers });
}

export function resumeFailed(state: WizardState): Reduced {
	return startKeepingFailure(state, { job: "choices" });
}

function startKeepingFailure(before: WizardState, job: Job): Reduced {
	const { failure } = before;
	const { intentions, state } = start(before, job);
	return { state: { ...state, ...(failure ? { failure } : {}) }, intentions };
}
