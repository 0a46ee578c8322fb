import type { Answers } from "../questions/answers.ts";
import type { Command } from "./bindings.ts";
import { openForm } from "./choose.ts";
import { andThen, ask, cancel, go, isBusy, notice, only, start, without } from "./reduced.ts";
import type { Reduced, Tracing, WizardState } from "./state.ts";
import { noTrial, told } from "./state.ts";

/** What a trace depends on; rules do not change what the application does. */
function subjectOf(answers: Answers): string {
	return JSON.stringify([answers.name, answers.application, answers.onHost]);
}

export function freshTracing(subject: string): Tracing {
	return { newest: [], run: 0, running: false, probes: [], exercises: [], signals: [], enough: false, subject };
}

export function beginTrace(state: WizardState): Reduced {
	const { answers } = state;
	if (!answers) return only(go(state, "choose"));
	const subject = subjectOf(answers);
	// On the way back and forth nothing is done twice.
	if (state.trace?.result && state.trace.subject === subject) return only(go(state, "trace"));
	const trace = freshTracing(subject);
	const fresh = {
		...without(go(state, "trace"), "plan", "building"),
		trace,
		trial: noTrial,
		output: [],
		outputOpen: "",
		warnings: [],
	};
	return start(fresh, { job: "trace", answers });
}

/** True once every probe has passed in the run that a person may add exercises to. */
export function answersAlready(state: WizardState): boolean {
	const probes = state.answers?.application.probes ?? [];
	const passed = new Set(state.trace?.probes.filter((probe) => probe.ok).map((probe) => probe.command));
	return probes.length > 0 && probes.every((probe) => passed.has(probe));
}

export function reduceTrace(state: WizardState, command: Command): Reduced {
	const { trace } = state;
	const busy = isBusy(state, "trace");
	switch (command) {
		case "enough":
			if (trace?.result && !state.failure) return afterTrace(state);
			if (!busy || !trace) return only(state);
			if (trace.enough) return only(state);
			if (!answersAlready(state)) return only(notice(state, "not-answered-yet"));
			return only({ ...without(state, "notice"), trace: { ...trace, enough: true } }, { job: "enough" });
		case "exercise":
			if (!busy || !trace || trace.enough) return only(notice(state, "exercise-too-late"));
			return answersAlready(state) ? ask(state, "exercise") : only(notice(state, "not-answered-yet"));
		case "again":
			return busy || !trace ? only(state) : beginTrace({ ...state, trace: { ...trace, subject: "" } });
		case "stop":
			return busy ? andThen(cancel(withoutTrace(state)), openForm) : openForm(state);
		default:
			return only(state);
	}
}

function withoutTrace(state: WizardState): WizardState {
	return without(state, "trace");
}

export function afterTrace(state: WizardState): Reduced {
	const { answers, trace } = state;
	if (!answers || !trace?.result) return only(state);
	if (!trace.result.answered) {
		const probe = trace.result.probes.find((one) => !one.ok);
		return only({
			...state,
			failure: told("not-answered-on-host", {
				command: answers.application.command.join(" "),
				probe: probe?.command ?? "",
				words: probe?.output ?? "",
			}),
		});
	}
	return state.plan ? only(go(state, "files")) : start(go(state, "files"), { job: "plan", answers });
}
