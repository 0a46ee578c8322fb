import type { Answers } from "../../../core/questions/answers.ts";
import type { Form, Reduced, Tried, WizardState } from "../../state.ts";
import { isBusy, notice, only, start, without } from "../../transitions.ts";

/** Trying a probe is optional. */
export function tryProbe(state: WizardState, form: Form, answers: Answers): Reduced {
	const row = form.rows[form.cursor];
	const line = row?.field === "probe" ? row.line.text.trim() : answers.application.probes[0];
	if (!line) return only(notice(state, "no-probe-to-try"));
	if (isBusy(state, "probe")) return only(state);
	const { [line]: _, ...tried } = form.tried;
	return start({ ...without(state, "notice"), form: { ...form, trying: line, tried } }, { job: "probe", line, answers });
}

export function withoutTrying({ trying: _, ...form }: Form): Form {
	return form;
}

export function stopTrying(state: WizardState, form: Form): Reduced {
	const { probe: _, ...jobs } = state.jobs;
	return only({ ...notice(state, "probe-stopped"), jobs, form: withoutTrying(form) }, { job: "cancel" });
}

/** A form that was rebuilt meanwhile has no pending probe. */
export function afterTrying(state: WizardState, tried: Tried): WizardState {
	const { form } = state;
	if (form?.trying === undefined) return state;
	return { ...state, form: { ...withoutTrying(form), tried: { ...form.tried, [form.trying]: tried } } };
}
