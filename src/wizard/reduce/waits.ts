import { probeSeconds } from "../../make/engine/try-probe.ts";
import type { Messages } from "../../messages/messages.ts";
import { isAtHome } from "../home/visible.ts";
import { type JobKind, jobKinds, type Wait, type WizardState } from "../state/state.ts";
import { answersAlready } from "../steps/trace/reduce.ts";

/** Seconds before a wait is shown. */
const unremarkable = 2;

/** Seconds that these jobs take at most. */
const limits: Readonly<Partial<Record<JobKind, number>>> = { probe: probeSeconds };

/** Counts the seconds of all running jobs. Returns the same state if no number changes. */
export function tickWaits(state: WizardState, at: number): WizardState {
	const { jobs, waits } = state;
	const next: Partial<Record<JobKind, Wait>> = {};
	let isSame = Object.keys(waits).length === Object.keys(jobs).length;
	for (const job of jobKinds) {
		const ticket = jobs[job];
		if (ticket === undefined) continue;
		const known = waits[job];
		const since = known?.ticket === ticket ? known.since : at;
		const seconds = Math.max(0, Math.floor((at - since) / 1000));
		if (known?.ticket !== ticket || known.seconds !== seconds) isSame = false;
		next[job] = { ticket, since, seconds };
	}
	return isSame ? state : { ...state, waits: next };
}

/** A trace that answers waits for the user, and one that does not says for what it waits. */
function isShown(job: JobKind, state: WizardState): boolean {
	if (state.awaited && (job === "trace" || job === "try")) return false;
	if (job === "trace") return !answersAlready(state) || state.trace?.ending === true;
	return job !== "home" || isAtHome(state);
}

/** The work that the user waits for, if it takes long, and for how long it has run. */
export function waitText(state: WizardState, { fill, wizard }: Messages): string | undefined {
	for (const job of jobKinds) {
		const wait = state.waits[job];
		if (wait === undefined || wait.ticket !== state.jobs[job] || wait.seconds <= unremarkable || !isShown(job, state)) continue;
		const what = wizard.waits.jobs[job];
		const limit = limits[job];
		return limit === undefined
			? fill(wizard.waits.elapsed, { what, seconds: wait.seconds })
			: fill(wizard.waits.limited, { what, seconds: wait.seconds, limit });
	}
	return undefined;
}
