import { omitUndefined } from "../../base/collections.ts";
import { acted, actionFailed, foundHome, foundPage, foundRows, previewed } from "../home/reduce.ts";
import { isAtHome } from "../home/visible.ts";
import type { KeptState } from "../state/kept-state.ts";
import {
	type Action,
	type Job,
	type JobKind,
	type Reduction,
	type Result,
	startState,
	type WizardState,
} from "../state/state.ts";
import { newTracing } from "../state/tracing-state.ts";
import { andThen, go, notice, only, openPage, setCursor, start, without } from "../state/transitions.ts";
import type { ResumedSession, SavedTemplate } from "../state/values.ts";
import { followAccount } from "../steps/accounts/reduce.ts";
import { buildAndTry, inspectHost, toReview } from "../steps/build/reduce.ts";
import { afterInstalling, askBeforeInstalling, foundChoices, openForm } from "../steps/choose/reduce.ts";
import { planFailed, planMade } from "../steps/files/history.ts";
import { reminded } from "../steps/files/reduce.ts";
import { cursorToFirstDecision, followRow } from "../steps/files/visible-rows.ts";
import { formFor, isWorthSaving } from "../steps/form/fields.ts";
import { afterTrying, toField, validated } from "../steps/form/reduce.ts";
import { named, saved, startSelftest, tested } from "../steps/save/reduce.ts";
import { beginTrace, subjectOf, tracedOnce, traceFailed } from "../steps/trace/reduce.ts";
import { foundUnneeded } from "../steps/trial/reduce.ts";

type ValueOf<J extends JobKind> = Extract<Result, { job: J }> extends { readonly value: infer V } ? V : undefined;

/** What each job's result does. `before` is the state in which the job still ran. */
const done: { readonly [J in JobKind]: (state: WizardState, value: ValueOf<J>, before: WizardState) => Reduction } = {
	home: foundHome,
	cage: (state, page) => only(foundPage(state, page)),
	view: (state, { rows, view }) => only(foundRows(state, view, rows)),
	preview: (state, preview) => only(previewed(state, preview)),
	act: acted,
	"run-cage": (state) => (isAtHome(state) ? start(state, { job: "cage", name: state.cage?.name ?? "" }) : only(state)),
	"edit-plan": editPlan,
	requirements(state, requirements) {
		if (requirements.length) return only({ ...state, screen: "requirements", requirements });
		// At home, the next cage is wanted.
		if (state.answers && state.screen !== "home") return openForm({ ...state, requirements });
		return andThen(start({ ...go(state, "choose"), requirements }, { job: "choices" }), resumeWanted);
	},
	installation: askBeforeInstalling,
	install: afterInstalling,
	choices: (state, choices) => only(foundChoices(state, choices)),
	propose(state, answers, before) {
		const opened = openForm({ ...resetState(state), answers, proposal: answers });
		// The previous application's work is a session of its own now, so the list changes.
		return isWorthSaving(before) ? andThen(opened, (next) => start(next, { job: "choices" })) : opened;
	},
	validate(state, problems) {
		const after = validated(state, problems);
		return after.goesOn ? beginTrace(after.state) : only(after.state);
	},
	probe: (state, attempts) => only(afterTrying(state, { attempts })),
	trace: tracedOnce,
	plan(state, plan) {
		const made = { ...planMade(state, plan), thenBuild: false };
		const planned = followAccount(
			state,
			state.plan || state.files.resumed ? followRow(state, made) : cursorToFirstDecision(made),
		);
		if (state.thenBuild) return buildAndTry(planned);
		if (state.goesOn && state.screen === "accounts") return toReview(planned);
		return inspectHost(state.goesOn && state.screen === "files" ? reminded(planned, go(planned, "accounts")) : planned);
	},
	"host-view": (state, hostView) => only(followAccount(state, { ...state, hostView })),
	try(state, round) {
		const { now: _, ...trial } = state.trial;
		const files = state.plan ? { ...state.files, tried: state.plan } : state.files;
		const tried = setCursor({ ...state, files, screen: "trial", trial: { ...trial, rounds: [...trial.rounds, round] } }, 0);
		return round.answered ? startSelftest(tried) : only(tried);
	},
	finish: saved,
	names: (state, names) => only(named(state, names)),
	template: (state, saved) => only(templateSaved(state, saved)),
	text: (state, { page, text }) => only(openPage({ ...state, texts: { ...state.texts, [page]: text } }, page)),
	copy: (state, { isCopied, text }) => only(notice(state, isCopied ? "copied" : "copy-impossible", { text: text.slice(0, 200) })),
	head: (state, head) => only(openPage({ ...state, head }, "head")),
	selftest: tested,
	minimise: (state, found) => only(foundUnneeded(state, found)),
	shell: (state) => only(state),
	"install-unit"(state, { action, place, unit }) {
		const isDropin = action === "installed" && place.includes(".service.d/");
		return only(notice(state, isDropin ? "dropin-installed" : `unit-${action}`, { place, unit }));
	},
	review: (state, path) => only(notice(without(state, "prompt"), "review-saved", { path })),
	resume(state, value, before) {
		const back = resumed(state, value);
		// The session that was open before can be resumed now, so the list changes.
		return isWorthSaving(before) ? andThen(back, (next) => startKeepingFailure(next, { job: "choices" })) : back;
	},
	discard: (state) => start(state, state.screen === "home" ? { job: "home", examine: false } : { job: "choices" }),
};

/** Applies the result of a job. Results with an outdated ticket are ignored. */
export function reduceDone(before: WizardState, action: Extract<Action, { type: "done" }>): Reduction {
	const state = finishJob(before, action.job, action.ticket);
	if (!state) return only(before);
	const apply = done[action.job] as (state: WizardState, value: unknown, before: WizardState) => Reduction;
	return apply(state, "value" in action ? action.value : undefined, before);
}

/** What the failure of these jobs changes, apart from being shown. */
const failed: { readonly [J in JobKind]?: (state: WizardState) => WizardState } = {
	// Undoes the decision that made the plan fail.
	plan: planFailed,
	act: actionFailed,
	preview: (state) => without(state, "action"),
	propose: (state) => without(state, "chosen"),
	finish: (state) => without(state, "saving"),
	selftest: (state) => without(state, "saving"),
	minimise: (state) => without(state, "minimising"),
	validate: (state) => (state.form ? { ...state, form: { ...state.form, going: false } } : state),
	trace: (state) => (state.trace ? { ...state, trace: traceFailed(state.trace) } : state),
	template(state) {
		const { code, values } = state.failure ?? {};
		if (code !== "template-there") return state;
		return { ...without(state, "failure"), question: { kind: "replace-template", name: String(values?.name) } };
	},
	try(state) {
		const { now: _, ...trial } = state.trial;
		return { ...without(state, "building"), screen: "build", trial };
	},
};

export function reduceFailed(before: WizardState, { failure, job, ticket }: Extract<Action, { type: "failed" }>): Reduction {
	const state = finishJob(before, job, ticket);
	if (!state) return only(before);
	if (job === "probe") return only(afterTrying(state, { failure }));
	// A notice would hide the failure.
	const shown = { ...without(state, "notice"), failure, thenBuild: false };
	// Another process may have taken the session, so the list changes.
	if (job === "resume") return startKeepingFailure(shown, { job: "choices" });
	return only(failed[job]?.(shown) ?? shown);
}

/** Undefined if the result is outdated. */
function finishJob(state: WizardState, job: JobKind, ticket: number): WizardState | undefined {
	if (state.jobs[job] !== ticket) return undefined;
	const jobs = { ...state.jobs };
	delete jobs[job];
	return { ...state, jobs };
}

function templateSaved(state: WizardState, { hidesBuiltIn, name, path }: { readonly name: string } & SavedTemplate): WizardState {
	return { ...notice(state, hidesBuiltIn ? "template-saved-over" : "template-saved", { name, path }), template: { name, path } };
}

function resumeWanted(state: WizardState): Reduction {
	const { resuming } = state;
	return resuming === undefined ? only(state) : start(without(state, "resuming"), { job: "resume", id: resuming });
}

/** A fresh state that keeps the terminal and the list of choices. */
function resetState(now: WizardState): WizardState {
	const { choices, chosen, commands, cursors, home, jobs, requirements, queries, size, ticket } = now;
	return {
		...startState,
		commands,
		cursors,
		jobs,
		queries,
		size,
		ticket,
		...omitUndefined({ choices, chosen, home, requirements }),
	};
}

/** Restores a session, except for what belongs to this terminal. The list no longer offers the session. */
export function resumed(now: WizardState, { ago, changed, example, id, name, state, whole }: ResumedSession): Reduction {
	const { choices, jobs, size, ticket, ...here } = resetState(now);
	const others = choices?.filter((choice) => choice.id !== id);
	const back: WizardState = { ...here, ...omitUndefined({ choices: others }), ...(state as KeptState), jobs, size, ticket };
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

/** Opens a cage's plan at Files, as after its trace, or at a field. */
function editPlan(now: WizardState, { answers, at, traced }: ValueOf<"edit-plan">): Reduction {
	const trace = { ...newTracing(subjectOf(answers)), runs: 1, result: traced };
	const opened: WizardState = { ...resetState(now), screen: "files", answers, proposal: answers, form: formFor(answers), trace };
	const planning = start(notice(opened, "editing-plan", { name: answers.name }), { job: "plan", answers });
	// The review follows, and not the trace, which is known.
	return at ? andThen(planning, (next) => toField({ ...next, detour: true }, at)) : planning;
}

function startKeepingFailure(before: WizardState, job: Job): Reduction {
	const { failure } = before;
	const { intentions, state } = start(before, job);
	return { state: { ...state, ...omitUndefined({ failure }) }, intentions };
}
