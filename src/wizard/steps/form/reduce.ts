import type { Answers } from "../../../core/questions/answers.ts";
import type { Command } from "../../bindings.ts";
import type { Key } from "../../keys.ts";
import { go, isBusy, only, start, without } from "../../reduced.ts";
import type { Problem } from "../../session/values.ts";
import type { Form, Reduced, WizardState } from "../../state.ts";
import { edit } from "./edit.ts";
import { allProblems, blocking, readForm, rowOf } from "./fields.ts";
import { stopTrying, tryProbe, withoutTrying } from "./probe.ts";

export function reduceForm(state: WizardState, key: Key, command: Command | undefined): Reduced {
	const { answers, form } = state;
	if (!form || !answers) return only(go(state, "choose"));
	const move = (cursor: number) =>
		only({ ...without(state, "notice"), form: { ...form, cursor: Math.max(0, Math.min(form.rows.length, cursor)) } });
	const row = form.rows[form.cursor];
	switch (command) {
		case "try-probe":
			return tryProbe(state, form, answers);
		case "back":
			if (isBusy(state, "probe")) return stopTrying(state, form);
			return only({ ...go(state, "choose"), form: { ...form, going: false } });
		case "previous-field":
			return move(form.cursor - 1);
		case "first":
			return move(0);
		case "start":
			return move(form.rows.length);
		case "next-field":
			return row === undefined && key.id === "enter" && !key.isAmongLines ? goOn(state, form, answers) : move(form.cursor + 1);
		default:
			return row === undefined ? only(state) : edit(state, form, answers, row, key);
	}
}

function goOn(state: WizardState, form: Form, before: Answers): Reduced {
	const { answers, problems } = readForm(form, before);
	const first = problems[0];
	if (first) return only({ ...state, form: { ...form, problems, cursor: rowOf(form, first) } });
	const { state: idle, intentions } = isBusy(state, "probe") ? stopTrying(state, form) : only(state);
	return start(
		{ ...idle, answers, form: { ...withoutTrying(form), going: true } },
		{ job: "validate", answers, soon: false },
		...intentions,
	);
}

/** What the session found. Goes on to the trace if that was asked for and nothing is wrong. */
export function validated(state: WizardState, found: readonly Problem[]): { state: WizardState; goesOn: boolean } {
	if (!state.form || !state.answers) return { state, goesOn: false };
	const { problems: local } = readForm(state.form, state.answers);
	const problems = allProblems(local, found);
	const [first] = blocking(problems);
	const goesOn = state.form.going && first === undefined;
	const cursor = state.form.going && first ? rowOf(state.form, first) : state.form.cursor;
	return { state: { ...state, form: { ...state.form, problems, cursor, going: false } }, goesOn };
}
