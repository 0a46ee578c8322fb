import { omitUndefined } from "../../../base/collections.ts";
import type { NextExercise } from "../../../coverage/next-exercises.ts";
import { type Answers, withExercises } from "../../../options/answers.ts";
import type { Command } from "../../state/command.ts";
import { emptyTrial, note, type Reduction, type WizardState } from "../../state/state.ts";
import { atRest, newTracing, quietOf, type TraceState, type TraceTab, traceTabs } from "../../state/tracing-state.ts";
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
} from "../../state/transitions.ts";
import type { TraceSummary } from "../../state/values.ts";
import { toReview } from "../build/reduce.ts";
import { openForm } from "../choose/reduce.ts";

/** The part of the answers that a trace depends on. Rules do not change what the application does. */
export function subjectOf(answers: Answers): string {
	const { accepted, application, attach, dedicatedAccount, name, onHost } = answers;
	// Sessions of older versions have a subject without the last two.
	const further = accepted || dedicatedAccount !== undefined ? [dedicatedAccount, accepted] : [];
	return JSON.stringify([name, application, onHost, attach, ...further]);
}

/** The part that must be equal for two runs to be combined: the same program, started in the same way. */
function essenceOf(subject: string): string {
	const [name, application, ...rest] = JSON.parse(subject) as [string, Answers["application"], ...unknown[]];
	const { exercises: _, probes: __, timeout: ___, ...started } = application;
	return JSON.stringify([name, started, ...rest]);
}

export function beginTrace(state: WizardState): Reduction {
	const { answers, trace } = state;
	if (!answers) return only(go(state, "choose"));
	const subject = subjectOf(answers);
	// Going back and forth does not repeat a trace.
	if (trace?.result && trace.subject === subject) return state.detour ? toReview(state) : only(go(state, "trace"));
	// With other probes and exercises, the run adds to the trace.
	if (trace?.result && essenceOf(trace.subject) === essenceOf(subject)) return addRun(state, trace, answers);
	return begin(state, newTracing(subject), answers, false);
}

function addRun(state: WizardState, trace: TraceState, answers: Answers): Reduction {
	const { reached, result, runs, tab } = trace;
	const again = { ...newTracing(subjectOf(answers)), adding: true, runs, tab };
	return begin(state, { ...again, ...omitUndefined({ reached, result }) }, answers, true);
}

function begin(state: WizardState, trace: TraceState, answers: Answers, add: boolean): Reduction {
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

/** Whether every probe has passed in the current run. */
export function answersAlready(state: WizardState): boolean {
	const probes = state.answers?.application.probes ?? [];
	const passed = new Set(state.trace?.probes.filter((probe) => probe.ok).map((probe) => probe.command));
	return probes.length > 0 && probes.every((probe) => passed.has(probe));
}

/** Whether exercises can run: the application answers, and the run was not ended. */
export function mayExercise(state: WizardState): boolean {
	return isBusy(state, "trace") && state.trace?.ending === false && answersAlready(state);
}

/** Proposals that were not requested yet. */
export function proposals({ asked, exercises, reached }: TraceState): readonly NextExercise[] {
	const run = new Set([...asked, ...exercises.map(({ command }) => command)]);
	return (reached?.next ?? []).filter((one) => one.kind !== "command" || !run.has(one.command));
}

/** The proposal that the key runs: the selected one if the list is visible, else the first command. */
export function nextProposal(state: WizardState): NextExercise | undefined {
	if (!state.trace) return undefined;
	const all = proposals(state.trace);
	return state.trace.tab === "reached" ? all[cursorOf(state)] : all.find((one) => one.kind === "command");
}

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

/** Why the trace may be complete, or undefined. */
export function quiet(state: WizardState) {
	return mayExercise(state) && state.trace ? quietOf(state.trace.novelty, state.trace.counts) : undefined;
}

export function reduceTrace(state: WizardState, command: Command): Reduction {
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
			return stop(withAnswers(state, withRequested(answers, trace)), trace, busy);
		default:
			return only(state);
	}
}

function enough(state: WizardState, trace: TraceState, again: boolean): Reduction {
	if (trace.ending) return only(state);
	if (!answersAlready(state)) return only(notice(state, "not-answered-yet"));
	return only({ ...without(state, "notice"), trace: { ...trace, ending: true, again } }, { job: "finish-early" });
}

function runNext(state: WizardState, trace: TraceState): Reduction {
	if (!isBusy(state, "trace") || trace.ending) return only(notice(state, "exercise-too-late"));
	if (!answersAlready(state)) return only(notice(state, "not-answered-yet"));
	const next = nextProposal(state);
	if (next === undefined) return only(notice(state, "nothing-to-exercise"));
	if (next.kind !== "command") return only(notice(state, next.kind === "signal" ? "signal-by-itself" : "exercise-no-command"));
	return requestExercise(state, next.command);
}

export function requestExercise(state: WizardState, line: string): Reduction {
	const { trace } = state;
	if (!trace) return only(state);
	const asked = { ...trace, asked: [...trace.asked, line] };
	const last = Math.max(0, proposals(asked).length - 1);
	const cursor = trace.tab === "reached" ? Math.min(cursorOf(state), last) : cursorOf(state);
	return only(setCursor({ ...without(state, "notice"), trace: asked }, cursor), { job: "exercise", line });
}

function turn(state: WizardState, trace: TraceState, by: number): Reduction {
	const tab = traceTabs[(traceTabs.indexOf(trace.tab) + by + traceTabs.length) % traceTabs.length] ?? "output";
	return only(setCursor({ ...state, trace: { ...trace, tab } }, 0));
}

function stop(state: WizardState, trace: TraceState, busy: boolean): Reduction {
	if (!busy) return openForm(without(state, "failure"));
	if (!trace.adding) return andThen(cancel(without(state, "trace")), openForm);
	// Stopping an additional run keeps the earlier ones.
	return cancel(notice({ ...state, trace: atRest(trace) }, "run-stopped"));
}

/** After the first run the wizard goes on. After others, the screen shows what they added. */
export function tracedOnce(state: WizardState, value: TraceSummary): Reduction {
	const { answers, trace } = state;
	if (!trace || !answers) return only(state);
	const { added, reached = trace.reached, ...result } = value;
	const known = withRun(answers, trace);
	const { added: _, ...old } = trace;
	const over: TraceState = {
		...atRest(old),
		runs: trace.runs + 1,
		result,
		subject: subjectOf(known),
		...omitUndefined({ reached, added }),
	};
	const next = { ...withAnswers(state, known), trace: over };
	if (trace.again) return addRun(next, over, known);
	return trace.adding ? only(setCursor(next, 0)) : afterTrace(next);
}

/** New answers need a new form. */
function withAnswers(state: WizardState, answers: Answers): WizardState {
	return state.answers === answers ? state : { ...without(state, "form"), answers };
}

/** Adds the exercises that were run by hand, for the equivalent command and the template. */
function withRun(answers: Answers, { exercises }: TraceState): Answers {
	return withExercises(
		answers,
		exercises.filter(({ ok }) => ok).map(({ command }) => command),
	);
}

/** Adds the requested exercises that have not failed, so that leaving the trace does not lose them. */
function withRequested(answers: Answers, { asked, exercises }: TraceState): Answers {
	const hasFailed = (line: string) => exercises.some(({ command, ok }) => command === line && !ok);
	return withExercises(
		answers,
		asked.filter((line) => !hasFailed(line)),
	);
}

/** A failed run keeps the result of earlier ones. */
export function traceFailed(trace: TraceState): TraceState {
	return trace.result ? atRest(trace) : { ...atRest(trace), subject: "" };
}

function afterTrace(state: WizardState): Reduction {
	const { answers, trace } = state;
	if (!answers || !trace?.result) return only(state);
	if (!trace.result.answered) {
		const probe = trace.result.probes.find((one) => !one.ok);
		return only({
			...state,
			failure: note(answers.onHost || answers.attach ? "not-answered-on-host" : "not-answered-in-sandbox", {
				command: answers.application.command.join(" "),
				probe: probe?.command ?? "",
				words: probe?.output ?? "",
			}),
		});
	}
	return state.plan ? only(go(state, "files")) : start(go(state, "files"), { job: "plan", answers });
}
