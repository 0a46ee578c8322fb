import { without } from "./reduced.ts";
import { reduceFailed } from "./results.ts";
import { type JobKind, told, type WizardState } from "./state.ts";

/** Work that a person waited for: that it was cut off has to be said. */
const longWork: readonly JobKind[] = ["install", "trace", "try", "finish"];

export function isLongWork(state: WizardState): boolean {
	return longWork.some((job) => state.jobs[job] !== undefined);
}

/** The state as it is once nothing runs any more: every job ends as one that failed, because whoever did it is gone. */
export function settle(state: WizardState): WizardState {
	let settled = state;
	for (const [name, ticket] of Object.entries(state.jobs)) {
		const job = name as JobKind;
		const jobs = { ...settled.jobs };
		delete jobs[job];
		// A plan is made again when the session goes on, with the decision that asked for it.
		if (job === "plan") settled = { ...settled, jobs };
		else {
			const failure = longWork.includes(job) ? told("cut-off") : settled.failure;
			const { failure: _, ...failed } = reduceFailed(settled, { type: "failed", job, ticket, failure: told("cut-off") }).state;
			settled = failure ? { ...failed, failure } : failed;
		}
	}
	// What a search found is built from its own work, which is gone with whoever did it.
	return settled.overlay === "unneeded" ? without(settled, "overlay", "unneeded") : settled;
}
