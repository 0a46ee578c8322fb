import { omitUndefined } from "../../base/collections.ts";
import type { Event, ProbeOutcome } from "../../base/engine/events.ts";
import { addCommand } from "../state/commands.ts";
import { applyBuildEvent } from "../state/progress.ts";
import { note, type TrialState, type WizardState } from "../state/state.ts";
import { counted, exerciseEnded, exerciseStarted, type TraceState, ticked } from "../state/tracing-state.ts";
import { without } from "../state/transitions.ts";
import { mayExercise } from "../steps/trace/reduce.ts";
import { tickWaits } from "./waits.ts";

/** Output lines to keep; a screen shows fewer. */
const linesKept = 1000;
const longestLine = 2000;

const endsWaiting: ReadonlySet<Event["event"]> = new Set([
	"application-started",
	"application-ended",
	"probe-tried",
	"exercise-run",
	"signal-sent",
]);

/** Applies events in batches, because they arrive faster than they can be drawn. */
export function applyEvents(state: WizardState, events: readonly Event[], at?: number): WizardState {
	let next = state;
	let text = "";
	for (const event of events) {
		if (event.event === "output-received") text += event.text;
		else next = applyEvent(endsWaiting.has(event.event) ? without(next, "awaited") : next, event, at);
		// Limits the memory for a chatty application.
		if (text.length > 256 * 1024) text = text.slice(-128 * 1024);
	}
	return text === "" ? next : { ...next, ...addOutput(next, text) };
}

function addOutput(state: WizardState, text: string): Pick<WizardState, "output" | "outputOpen"> {
	const lines = (state.outputOpen + text).split(/\r\n|\n|\r/);
	const open = (lines.pop() ?? "").slice(-longestLine);
	const kept = lines.slice(-linesKept).map((line) => line.slice(0, longestLine));
	return { output: [...state.output, ...kept].slice(-linesKept), outputOpen: open };
}

function applyEvent(
	state: WizardState,
	event: Exclude<Event, { event: "output-received" }>,
	at: number | undefined,
): WizardState {
	switch (event.event) {
		case "waited": {
			const { event: _, ...awaited } = event;
			return { ...state, awaited };
		}
		case "warned": {
			const warning = note(event.code, event.values);
			const known = state.warnings.some((one) => JSON.stringify(one) === JSON.stringify(warning));
			return known ? state : { ...state, warnings: [...state.warnings, warning].slice(-20) };
		}
		case "phase-started":
		case "file-copied":
		case "generation-built":
			return state.building ? { ...state, building: applyBuildEvent(state.building, event, at) } : state;
		case "ways-tried": {
			const { event: _, ...testing } = event;
			return state.jobs.selftest === undefined ? state : { ...state, trial: { ...state.trial, testing } };
		}
		case "subset-tried": {
			const { event: _, ...progress } = event;
			return state.minimising ? { ...state, minimising: { ...state.minimising, progress } } : state;
		}
		case "round-started":
			return { ...state, screen: state.screen === "build" ? "trial" : state.screen, trial: { ...state.trial, now: event.round } };
		case "probe-tried":
		case "exercise-run": {
			const list = event.event === "probe-tried" ? "probes" : "exercises";
			if (state.jobs.try !== undefined) return { ...state, trial: addOutcome(state.trial, list, event) };
			// The second start repeats the probes; the first results stay on the screen.
			return state.trace ? { ...state, trace: outcomeOfTrace(state.trace, list, event, at) } : state;
		}
		case "command-started":
		case "command-ended":
			return { ...state, commands: addCommand(state.commands, event) };
		default: {
			const trace = state.trace && state.jobs.trace !== undefined ? applyTraceEvent(state.trace, event, at) : state.trace;
			return trace && trace !== state.trace ? { ...state, trace } : state;
		}
	}
}

function addOutcome<T extends Pick<TraceState & TrialState, "probes" | "exercises">>(
	to: T,
	list: "probes" | "exercises",
	{ command, ok, output }: ProbeOutcome,
): T {
	return { ...to, [list]: [...to[list].filter((one) => one.command !== command), { command, ok, output }] };
}

function outcomeOfTrace(
	trace: TraceState,
	list: "probes" | "exercises",
	outcome: ProbeOutcome,
	at: number | undefined,
): TraceState {
	const added = addOutcome(trace, list, outcome);
	return list === "probes" ? added : { ...added, novelty: exerciseEnded(trace.novelty, outcome.command, at) };
}

/** Other events change nothing. */
function applyTraceEvent(trace: TraceState, event: Event, at: number | undefined): TraceState {
	switch (event.event) {
		case "application-started":
			return { ...trace, run: event.run, running: true };
		case "processes-attached":
			return { ...trace, run: 1, running: true };
		case "application-ended":
			return { ...trace, running: false };
		case "accesses-counted": {
			// The second start counts again, and mostly the same files.
			if (event.run > 1) return trace;
			const { newest = trace.newest, ...counts } = event.counts;
			return { ...trace, counts, newest, novelty: counted(trace.novelty, trace.counts, counts, at) };
		}
		case "processes-seen":
			return { ...trace, processes: event.processes };
		case "coverage-measured": {
			const { coverage, life, next } = event;
			return { ...trace, reached: { next, ...omitUndefined({ coverage, life }) } };
		}
		case "exercise-started":
			return { ...trace, novelty: exerciseStarted(trace.novelty, event.command, trace.counts) };
		case "signal-sent":
			return { ...trace, signals: [...trace.signals, event.signal] };
		default:
			return trace;
	}
}

/** Advances the clock. Returns the same state if nothing on the screen changes. */
export function tick(before: WizardState, at: number): WizardState {
	const state = tickWaits(before, at);
	const { trace } = state;
	if (!trace || !mayExercise(state)) return state;
	const novelty = ticked(trace.novelty, at);
	return novelty === trace.novelty ? state : { ...state, trace: { ...trace, novelty } };
}
