import { countsOf, type SelftestOutcome } from "../../../core/selftest/verdict.ts";
import { isAtHome } from "../../home/visible.ts";
import type { Question, Reduction, WizardState } from "../../state.ts";
import { go, isBusy, only, openPage, start, without } from "../../transitions.ts";

/** Saves when the self-test is finished. If a technique escapes, asks first. */
export function finish(state: WizardState): Reduction {
	if (state.finished && state.trial.saved) return only(go(state, "save"));
	if (isBusy(state, "selftest")) return only(go(state, "save"));
	// After a resume, there is no verdict.
	if (!state.trial.tested) return startSelftest(go(state, "save"));
	const question = escapeOf(state);
	return question ? only({ ...go(state, "save"), question }) : save(state);
}

export function startSelftest(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(state, { job: "selftest", answers }) : only(state);
}

export function save(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(go(state, "save"), { job: "finish", answers }) : only(state);
}

export function showEscapes(state: WizardState): WizardState {
	return openPage(go(state, "trial"), "selftest");
}

export function tested(state: WizardState, tested: SelftestOutcome): Reduction {
	const { testing: _, ...trial } = state.trial;
	const known: WizardState = { ...state, trial: { ...trial, tested } };
	// The key for saving was pressed meanwhile.
	return state.screen === "save" && !trial.saved ? finish(known) : only(known);
}

function escapeOf({ trial }: WizardState): Extract<Question, { kind: "escape" }> | undefined {
	if (!trial.tested?.test) return undefined;
	const { escaped, missing } = countsOf(trial.tested.test);
	return escaped || missing ? { kind: "escape", escaped, missing } : undefined;
}

/** Also true if the self-test could not run, which is reported elsewhere. */
export function isSafe(state: WizardState): boolean {
	return escapeOf(state) === undefined;
}

/** Like `make`: a cage with an escape is saved, but not a success. */
export function endStatus(state: WizardState): number {
	if (!state.finished) return isAtHome(state) ? 0 : 1;
	return isSafe(state) ? 0 : 1;
}

/** Drops the verdict of the previous candidate. */
export function withoutVerdict(state: WizardState): WizardState {
	const { saved: _, tested: __, testing: ___, ...trial } = state.trial;
	return { ...without(state, "failure"), trial };
}
