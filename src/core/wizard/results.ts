import type { Path } from "../path/path.ts";
import { openForm } from "./choose.ts";
import { selectedRow, shownRows } from "./files.ts";
import { tested } from "./finishing.ts";
import { validated } from "./form.ts";
import { openPage } from "./pages.ts";
import { go, notice, only, setCursor, start, without } from "./reduced.ts";
import type { Action, JobKind, Reduced, WizardState } from "./state.ts";
import { afterTrace, beginTrace } from "./tracing.ts";
import { buildAndTry } from "./trying.ts";

/** What became of the jobs. An answer whose ticket is not the newest of its kind belongs to a question that nobody asks any more. */
export function reduceDone(before: WizardState, action: Extract<Action, { type: "done" }>): Reduced {
	const state = settle(before, action.job, action.ticket);
	if (!state) return only(before);
	switch (action.job) {
		case "lacks":
			if (action.value.length) return only({ ...state, screen: "lacks", lacks: action.value });
			if (state.answers) return openForm({ ...state, lacks: [] });
			return start({ ...go(state, "choose"), lacks: [] }, { job: "choices" });
		case "install":
			return start(state, { job: "lacks" });
		case "choices":
			return only({ ...state, choices: action.value });
		case "propose":
			return openForm({ ...without(state, "form"), answers: action.value, proposal: action.value });
		case "validate": {
			const after = validated(state, action.value);
			return after.goesOn ? beginTrace(after.state) : only(after.state);
		}
		case "trace": {
			if (!state.trace) return only(state);
			return afterTrace({ ...state, trace: { ...state.trace, running: false, result: action.value } });
		}
		case "plan": {
			const planned = followRow({ ...state, plan: action.value, thenBuild: false }, selectedRow(state)?.path);
			return state.thenBuild ? buildAndTry(planned) : only(planned);
		}
		case "try": {
			const { now: _, ...trial } = state.trial;
			const rounds = [...trial.rounds, action.value];
			const tried = setCursor({ ...state, screen: "trial", trial: { ...trial, rounds } }, 0);
			return action.value.answered ? start(tried, { job: "selftest" }) : only(tried);
		}
		case "finish":
			return only(setCursor({ ...state, finished: action.value, trial: { ...state.trial, saved: true }, texts: {} }, 0));
		case "template":
			return only({ ...notice(state, "template-saved", { ...action.value }), template: action.value });
		case "text": {
			const { page, text } = action.value;
			return only(openPage({ ...state, texts: { ...state.texts, [page]: text } }, page));
		}
		case "selftest":
			return tested(state, action.value);
		case "shell":
			return only(state);
		case "install-unit": {
			const { action: done, place, unit } = action.value;
			return only(notice(state, `unit-${done}`, { place, unit }));
		}
	}
}

/** A decision may move its row; the cursor goes with it. */
function followRow(state: WizardState, path: Path | undefined): WizardState {
	const rows = shownRows(state);
	const cursor = state.cursors.files ?? 0;
	const same = rows[cursor]?.path === path ? cursor : rows.findIndex((row) => row.path === path);
	const files = same >= 0 ? same : Math.max(0, Math.min(cursor, rows.length - 1));
	return { ...state, cursors: { ...state.cursors, files } };
}

export function reduceFailed(before: WizardState, { failure, job, ticket }: Extract<Action, { type: "failed" }>): Reduced {
	const state = settle(before, job, ticket);
	if (!state) return only(before);
	const failed = { ...state, failure, thenBuild: false };
	switch (job) {
		case "plan":
			// The rules of the plan that is on the screen were good; the decision that made it fail is taken back.
			if (!state.plan || !state.answers) return only(failed);
			return only({ ...failed, answers: { ...state.answers, rules: state.plan.rules } });
		case "propose":
			return only(without(failed, "chosen"));
		case "validate":
			return only(state.form ? { ...failed, form: { ...state.form, going: false } } : failed);
		case "trace":
			return only(state.trace ? { ...failed, trace: { ...state.trace, running: false, subject: "" } } : failed);
		case "try": {
			const { now: _, ...trial } = state.trial;
			return only({ ...without(failed, "building"), screen: "build", failure, trial });
		}
		default:
			return only(failed);
	}
}

/** Takes the job off the list; undefined where it is not waited for. */
function settle(state: WizardState, job: JobKind, ticket: number): WizardState | undefined {
	if (state.jobs[job] !== ticket) return undefined;
	const jobs = { ...state.jobs };
	delete jobs[job];
	return { ...state, jobs };
}
