import { isWorthSaving, type Kept } from "./session/stored-state.ts";
import type { Resumed, TemplateSaved } from "./session/values.ts";
import { type Action, type Job, type JobKind, type Reduced, startState, type WizardState } from "./state.ts";
import { followAccount } from "./steps/accounts/reduce.ts";
import { buildAndTry, inspectHost, toReview } from "./steps/build/reduce.ts";
import { foundChoices, openForm } from "./steps/choose/reduce.ts";
import { planFailed, planMade } from "./steps/files/history.ts";
import { cursorToFirstDecision, followRow } from "./steps/files/visible-rows.ts";
import { afterTrying, validated } from "./steps/form/reduce.ts";
import { startSelftest, tested } from "./steps/save/finishing.ts";
import { askForNames, named } from "./steps/save/reduce.ts";
import { beginTrace, tracedOnce, traceFailed } from "./steps/trace/reduce.ts";
import { foundUnneeded } from "./steps/trial/reduce.ts";
import { andThen, go, notice, only, openPage, setCursor, start, without } from "./transitions.ts";

/** Applies the result of a job. Results with an outdated ticket are ignored. */
export function reduceDone(before: WizardState, action: Extract<Action, { type: "done" }>): Reduced {
	const state = finishJob(before, action.job, action.ticket);
	if (!state) return only(before);
	switch (action.job) {
		case "requirements":
			if (action.value.length) return only({ ...state, screen: "requirements", requirements: action.value });
			if (state.answers) return openForm({ ...state, requirements: [] });
			return andThen(start({ ...go(state, "choose"), requirements: [] }, { job: "choices" }), resumeWanted);
		case "install":
			return start(state, { job: state.screen === "choose" ? "choices" : "requirements" });
		case "choices":
			return only(foundChoices(state, action.value));
		case "propose": {
			const opened = openForm({ ...resetState(state), answers: action.value, proposal: action.value });
			// The previous application's work is a session of its own now, so the list changes.
			return isWorthSaving(before) ? andThen(opened, (next) => start(next, { job: "choices" })) : opened;
		}
		case "validate": {
			const after = validated(state, action.value);
			return after.goesOn ? beginTrace(after.state) : only(after.state);
		}
		case "probe":
			return only(afterTrying(state, { attempts: action.value }));
		case "trace":
			return tracedOnce(state, action.value);
		case "plan": {
			const made = { ...planMade(state, action.value), thenBuild: false };
			const planned = followAccount(
				state,
				state.plan || state.files.resumed ? followRow(state, made) : cursorToFirstDecision(made),
			);
			if (state.thenBuild) return buildAndTry(planned);
			if (state.goesOn && state.screen === "accounts") return toReview(planned);
			return inspectHost(state.goesOn && state.screen === "files" ? go(planned, "accounts") : planned);
		}
		case "host-view":
			return only(followAccount(state, { ...state, hostView: action.value }));
		case "try": {
			const { now: _, ...trial } = state.trial;
			const files = state.plan ? { ...state.files, tried: state.plan } : state.files;
			const rounds = [...trial.rounds, action.value];
			const tried = setCursor({ ...state, files, screen: "trial", trial: { ...trial, rounds } }, 0);
			return action.value.answered ? startSelftest(tried) : only(tried);
		}
		case "finish": {
			const saved = setCursor({ ...state, finished: action.value, trial: { ...state.trial, saved: true }, texts: {} }, 0);
			return only(action.value.names.asks ? askForNames(saved) : saved);
		}
		case "names":
			return only(named(state, action.value));
		case "template":
			return only(templateSaved(state, action.value));
		case "text": {
			const { page, text } = action.value;
			return only(openPage({ ...state, texts: { ...state.texts, [page]: text } }, page));
		}
		case "selftest":
			return tested(state, action.value);
		case "minimise":
			return only(foundUnneeded(state, action.value));
		case "shell":
			return only(state);
		case "install-unit": {
			const { action: done, place, unit } = action.value;
			const isDropin = done === "installed" && place.includes(".service.d/");
			return only(notice(state, isDropin ? "dropin-installed" : `unit-${done}`, { place, unit }));
		}
		case "review":
			return only(notice(without(state, "prompt"), "review-saved", { path: action.value }));
		case "resume":
			return resumed(state, action.value);
		case "discard":
			return start(state, { job: "choices" });
	}
}

export function reduceFailed(before: WizardState, { failure, job, ticket }: Extract<Action, { type: "failed" }>): Reduced {
	const state = finishJob(before, job, ticket);
	if (!state) return only(before);
	const failed = { ...state, failure, thenBuild: false };
	switch (job) {
		case "plan":
			// Undoes the decision that made the plan fail.
			return only(planFailed(failed));
		case "propose":
			return only(without(failed, "chosen"));
		case "resume":
			// Another process may have taken the session, so the list changes.
			return resumeFailed(failed);
		case "probe":
			return only(afterTrying(state, { failure }));
		case "minimise":
			return only(without(failed, "minimising"));
		case "validate":
			return only(state.form ? { ...failed, form: { ...state.form, going: false } } : failed);
		case "trace":
			return only(state.trace ? { ...failed, trace: traceFailed(state.trace) } : failed);
		case "try": {
			const { now: _, ...trial } = state.trial;
			return only({ ...without(failed, "building"), screen: "build", failure, trial });
		}
		default:
			return only(failed);
	}
}

/** Undefined if the result is outdated. */
function finishJob(state: WizardState, job: JobKind, ticket: number): WizardState | undefined {
	if (state.jobs[job] !== ticket) return undefined;
	const jobs = { ...state.jobs };
	delete jobs[job];
	return { ...state, jobs };
}

function templateSaved(state: WizardState, { hidesBuiltIn, name, path }: { readonly name: string } & TemplateSaved): WizardState {
	return { ...notice(state, hidesBuiltIn ? "template-saved-over" : "template-saved", { name, path }), template: { name, path } };
}

function resumeWanted(state: WizardState): Reduced {
	const { resuming } = state;
	return resuming === undefined ? only(state) : start(without(state, "resuming"), { job: "resume", id: resuming });
}

/** A fresh state that keeps the terminal and the list of choices. */
function resetState(now: WizardState): WizardState {
	const { choices, chosen, commands, cursors, jobs, requirements, queries, size, ticket } = now;
	return {
		...startState,
		...{ commands, cursors, jobs, queries, size, ticket },
		...(choices ? { choices } : {}),
		...(chosen === undefined ? {} : { chosen }),
		...(requirements ? { requirements } : {}),
	};
}

/** Restores a session, except for what belongs to this terminal. */
export function resumed(now: WizardState, { ago, changed, example, name, state, whole }: Resumed): Reduced {
	const { jobs, size, ticket, ...here } = resetState(now);
	const back: WizardState = { ...here, ...(state as Kept), jobs, size, ticket };
	const resumedState = !whole
		? notice(back, "resumed-in-part", { name, ago })
		: changed > 0
			? notice(back, "resumed-changed", { name, ago, count: changed, example })
			: notice(back, "resumed", { name, ago });
	const { answers } = resumedState;
	if (!answers || !resumedState.trace?.result?.answered) return only(resumedState);
	// Plans again, because the host may have changed. The failure that ended the earlier work stays.
	return startKeepingFailure(resumedState, { job: "plan", answers });
}

function resumeFailed(state: WizardState): Reduced {
	return startKeepingFailure(state, { job: "choices" });
}

function startKeepingFailure(before: WizardState, job: Job): Reduced {
	const { failure } = before;
	const { intentions, state } = start(before, job);
	return { state: { ...state, ...(failure ? { failure } : {}) }, intentions };
}
