import { countsOf, type Tested } from "../../../core/selftest/verdict.ts";
import type { Question, Reduced, WizardState } from "../../state.ts";
import { go, isBusy, only, openPage, start, without } from "../../transitions.ts";

/** From a candidate that answers to a cage that stands; between the two is the verdict of the self-test. */

/** Saves as soon as the verdict is there. Where ways lead out, somebody has to say that they know. */
export function finish(state: WizardState): Reduced {
	if (state.finished && state.trial.saved) return only(go(state, "save"));
	if (isBusy(state, "selftest")) return only(go(state, "save"));
	// A session that was left in the middle of it.
	if (!state.trial.tested) return startSelftest(go(state, "save"));
	const question = escapeOf(state);
	return question ? only({ ...go(state, "save"), question }) : save(state);
}

export function startSelftest(state: WizardState): Reduced {
	const { answers } = state;
	return answers ? start(state, { job: "selftest", answers }) : only(state);
}

export function save(state: WizardState): Reduced {
	const { answers } = state;
	return answers ? start(go(state, "save"), { job: "finish", answers }) : only(state);
}

/** The answer to `escape` was no: what was found is what one wants to see now. */
export function showEscapes(state: WizardState): WizardState {
	return openPage(go(state, "trial"), "selftest");
}

export function tested(state: WizardState, tested: Tested): Reduced {
	const { testing: _, ...trial } = state.trial;
	const known: WizardState = { ...state, trial: { ...trial, tested } };
	// Somebody pressed the key for saving in the meantime.
	return state.screen === "save" && !trial.saved ? finish(known) : only(known);
}

function escapeOf({ trial }: WizardState): Extract<Question, { kind: "escape" }> | undefined {
	if (!trial.tested?.test) return undefined;
	const { escaped, missing } = countsOf(trial.tested.test);
	return escaped || missing ? { kind: "escape", escaped, missing } : undefined;
}

/** Nothing was found that leads out; also where the test could not be done, which is said elsewhere. */
export function isSafe(state: WizardState): boolean {
	return escapeOf(state) === undefined;
}

/** As `make` ends: a cage that lets somebody out is made, and is no success. */
export function endStatus(state: WizardState): number {
	return state.finished && isSafe(state) ? 0 : 1;
}

/** A new round begins: what is known of the candidate before says nothing of the next. */
export function withoutVerdict(state: WizardState): WizardState {
	const { saved: _, tested: __, testing: ___, ...trial } = state.trial;
	return { ...without(state, "failure"), trial };
}
