import type { NextExercise } from "../../../core/plan/coverage.ts";
import type { Answers } from "../../../core/questions/answers.ts";
import type { Command } from "../../bindings.ts";
import type { Traced } from "../../session/values.ts";
import { emptyTrial, note, type Reduced, type WizardState } from "../../state.ts";
import {
	andThen,
	ask,
	cancel,
	cursorOf,
	go,
	isBusy,
	notice,
	only,
	openPage,
	setCursor,
	start,
	without,
} from "../../transitions.ts";
import { toReview } from "../build/reduce.ts";
import { openForm } from "../choose/reduce.ts";
import { quietOf } from "./novelty.ts";
import { atRest, newTracing, type TraceTab, type Tracing, traceTabs } from "./tracing-state.ts";

/** What a trace depends on; rules do not change what the application does. */
function subjectOf(answers: Answers): string {
	return JSON.stringify([answers.name, answers.application, answers.onHost, answers.attach]);
}

/** What two runs must have in common to add up: the same program, started alike, whatever is asked of it. */
function essenceOf(subject: string): string {
	const [name, application, ...rest] = JSON.parse(subject) as [string, Answers["application"], ...unknown[]];
	const { exercises: _, probes: __, timeout: ___, ...started } = application;
	return JSON.stringify([name, started, ...rest]);
}

export function beginTrace(state: WizardState): Reduced {
	const { answers, trace } = state;
	if (!answers) return only(go(state, "choose"));
	const subject = subjectOf(answers);
	// On the way back and forth nothing is done twice.
	if (trace?.result && trace.subject === subject) return state.detour ? toReview(state) : only(go(state, "trace"));
	// Other probes and exercises show more of the same application.
	if (trace?.result && essenceOf(trace.subject) === essenceOf(subject)) return addRun(state, trace, answers);
	return begin(state, newTracing(subject), answers, false);
}

function addRun(state: WizardState, trace: Tracing, answers: Answers): Reduced {
	const { reached, result, runs, tab } = trace;
	const again = { ...newTracing(subjectOf(answers)), adding: true, runs, tab };
	return begin(state, { ...again, ...(reached ? { reached } : {}), ...(result ? { result } : {}) }, answers, true);
}

function begin(state: WizardState, trace: Tracing, answers: Answers, add: boolean): Reduced {
	const fresh = {
		...without(go(state, "trace"), "plan", "building", "detour"),
		trace,
		trial: emptyTrial,
		output: [],
		outputOpen: "",
		warnings: [],
	};
	return start(setCursor(fresh, 0), { job: "trace", answers, add });
}

/** True once every probe has passed in the run that a person may add exercises to. */
export function answersAlready(state: WizardState): boolean {
	const probes = state.answers?.application.probes ?? [];
	const passed = new Set(state.trace?.probes.filter((probe) => probe.ok).map((probe) => probe.command));
	return probes.length > 0 && probes.every((probe) => passed.has(probe));
}

/** The application runs and answers, and nobody has said yet that it is enough. */
export function mayExercise(state: WizardState): boolean {
	return isBusy(state, "trace") && state.trace?.ending === false && answersAlready(state);
}

/** What could be exercised next, without what was asked for since it was proposed. */
export function proposals({ asked, exercises, reached }: Tracing): readonly NextExercise[] {
	const run = new Set([...asked, ...exercises.map(({ command }) => command)]);
	return (reached?.next ?? []).filter((one) => one.kind !== "command" || !run.has(one.command));
}

/** The proposal that the key for it runs: the marked one where they are shown, else the first that is a command. */
export function nextProposal(state: WizardState): NextExercise | undefined {
	if (!state.trace) return undefined;
	const all = proposals(state.trace);
	return state.trace.tab === "reached" ? all[cursorOf(state)] : all.find((one) => one.kind === "command");
}

/** Rows of the list that is shown. */
export function countOfTrace(state: WizardState): number {
	const { trace } = state;
	if (!trace) return 0;
	const counts: Record<TraceTab, number> = {
		output: 0,
		processes: trace.processes?.rows.length ?? 0,
		newest: trace.newest.length,
		reached: proposals(trace).length,
	};
	return counts[trace.tab];
}

/** Whether the trace may be enough, and why; undefined while it is not known to be. */
export function quiet(state: WizardState) {
	return mayExercise(state) && state.trace ? quietOf(state.trace.novelty, state.trace.counts) : undefined;
}

export function reduceTrace(state: WizardState, command: Command): Reduced {
	const { answers, trace } = state;
	const busy = isBusy(state, "trace");
	if (!trace || !answers) return only(state);
	switch (command) {
		case "finish-early":
			if (busy) return enough(state, trace, false);
			return trace.result ? afterTrace(without(state, "failure")) : only(state);
		case "exercise":
			if (!busy || trace.ending) return only(notice(state, "exercise-too-late"));
			return answersAlready(state) ? ask(state, "exercise") : only(notice(state, "not-answered-yet"));
		case "output":
			return only(openPage(state, "output"));
		case "run-next":
			return runNext(state, trace);
		case "another-run":
			if (busy) return enough(state, trace, true);
			return trace.result ? addRun(state, trace, answers) : begin(state, newTracing(subjectOf(answers)), answers, false);
		case "start-over":
			return busy ? only(state) : begin(state, newTracing(subjectOf(answers)), answers, false);
		case "next-view":
			return turn(state, trace, 1);
		case "previous-view":
			return turn(state, trace, -1);
		case "stop":
			return stop(state, trace, busy);
		default:
			return only(state);
	}
}

function enough(state: WizardState, trace: Tracing, again: boolean): Reduced {
	if (trace.ending) return only(state);
	if (!answersAlready(state)) return only(notice(state, "not-answered-yet"));
	return only({ ...without(state, "notice"), trace: { ...trace, ending: true, again } }, { job: "finish-early" });
}

function runNext(state: WizardState, trace: Tracing): Reduced {
	if (!isBusy(state, "trace") || trace.ending) return only(notice(state, "exercise-too-late"));
	if (!answersAlready(state)) return only(notice(state, "not-answered-yet"));
	const next = nextProposal(state);
	if (next === undefined) return only(notice(state, "nothing-to-exercise"));
	if (next.kind !== "command") return only(notice(state, next.kind === "signal" ? "signal-by-itself" : "exercise-no-command"));
	return requestExercise(state, next.command);
}

/** Has a line run as an exercise. */
export function requestExercise(state: WizardState, line: string): Reduced {
	const { trace } = state;
	if (!trace) return only(state);
	const asked = { ...trace, asked: [...trace.asked, line] };
	const last = Math.max(0, proposals(asked).length - 1);
	const cursor = trace.tab === "reached" ? Math.min(cursorOf(state), last) : cursorOf(state);
	return only(setCursor({ ...without(state, "notice"), trace: asked }, cursor), { job: "exercise", line });
}

function turn(state: WizardState, trace: Tracing, by: number): Reduced {
	const tab = traceTabs[(traceTabs.indexOf(trace.tab) + by + traceTabs.length) % traceTabs.length] ?? "output";
	return only(setCursor({ ...state, trace: { ...trace, tab } }, 0));
}

function stop(state: WizardState, trace: Tracing, busy: boolean): Reduced {
	if (!busy) return openForm(without(state, "failure"));
	if (!trace.adding) return andThen(cancel(without(state, "trace")), openForm);
	// What the runs before showed is not lost by ending one more.
	return cancel(notice({ ...state, trace: atRest(trace) }, "run-stopped"));
}

/** The run is over. The first one leads on; of another, the screen says what it added. */
export function tracedOnce(state: WizardState, value: Traced): Reduced {
	const { answers, trace } = state;
	if (!trace || !answers) return only(state);
	const { added, reached = trace.reached, ...result } = value;
	const known = withExercises(answers, trace);
	const { added: _, ...old } = trace;
	const over: Tracing = {
		...atRest(old),
		runs: trace.runs + 1,
		result,
		subject: subjectOf(known),
		...(reached ? { reached } : {}),
		...(added ? { added } : {}),
	};
	// The form is made anew from answers that have become more.
	const next = { ...(known === answers ? state : without(state, "form")), answers: known, trace: over };
	if (trace.again) return addRun(next, over, known);
	return trace.adding ? only(setCursor(next, 0)) : afterTrace(next);
}

/** What was exercised by hand belongs to the answers: the equivalent command line and the template have it. */
function withExercises(answers: Answers, { exercises }: Tracing): Answers {
	const { application } = answers;
	const more = exercises
		.filter(({ command, ok }) => ok && !application.exercises.includes(command))
		.map(({ command }) => command);
	return more.length ? { ...answers, application: { ...application, exercises: [...application.exercises, ...more] } } : answers;
}

/** What becomes of a run that failed: the result of those before it stays. */
export function traceFailed(trace: Tracing): Tracing {
	return trace.result ? atRest(trace) : { ...atRest(trace), subject: "" };
}

export function afterTrace(state: WizardState): Reduced {
	const { answers, trace } = state;
	if (!answers || !trace?.result) return only(state);
	if (!trace.result.answered) {
		const probe = trace.result.probes.find((one) => !one.ok);
		return only({
			...state,
			failure: note("not-answered-on-host", {
				command: answers.application.command.join(" "),
				probe: probe?.command ?? "",
				words: probe?.output ?? "",
			}),
		});
	}
	return state.plan ? only(go(state, "files")) : start(go(state, "files"), { job: "plan", answers });
}
