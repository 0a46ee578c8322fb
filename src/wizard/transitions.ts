import type { Values } from "../core/failure.ts";
import { textLine } from "./line.ts";
import {
	type Intention,
	type Job,
	type JobKind,
	note,
	type Page,
	type PromptKind,
	type Reduced,
	type Screen,
	type WizardState,
} from "./state.ts";

/** The small moves that the steps are made of. */

export function only(state: WizardState, ...intentions: Intention[]): Reduced {
	return { state, intentions };
}

/** Takes optional fields away: `undefined` is no value for them. */
export function without<K extends keyof WizardState>(state: WizardState, ...keys: K[]): Omit<WizardState, K> {
	const rest: Partial<WizardState> = { ...state };
	for (const key of keys) delete rest[key];
	return rest as Omit<WizardState, K>;
}

export function notice(state: WizardState, code: string, values: Values = {}): WizardState {
	return { ...state, notice: note(code, values) };
}

export function go(state: WizardState, screen: Screen): WizardState {
	return { ...without(state, "failure", "notice", "prompt", "question", "overlay"), screen };
}

/** Starts a job. A later one of the same kind replaces it: only the newest answer counts. */
export function start(state: WizardState, job: Job, ...first: Intention[]): Reduced {
	const ticket = state.ticket + 1;
	const kind: JobKind = job.job;
	return {
		state: { ...without(state, "failure"), ticket, jobs: { ...state.jobs, [kind]: ticket } },
		intentions: [...first, { ...job, ticket }],
	};
}

export function isBusy(state: WizardState, ...kinds: readonly JobKind[]): boolean {
	return kinds.some((kind) => state.jobs[kind] !== undefined);
}

/** Ends whatever runs; what it may still answer is not wanted any more. */
export function cancel(state: WizardState): Reduced {
	return { state: { ...state, jobs: {}, thenBuild: false }, intentions: [{ job: "cancel" }] };
}

export function ask(state: WizardState, kind: PromptKind, text = ""): Reduced {
	return only({ ...without(state, "notice"), prompt: { kind, line: textLine(text) } });
}

export function andThen(reduced: Reduced, next: (state: WizardState) => Reduced): Reduced {
	const after = next(reduced.state);
	return { state: after.state, intentions: [...reduced.intentions, ...after.intentions] };
}

export function setCursor(state: WizardState, cursor: number): WizardState {
	return { ...state, cursors: { ...state.cursors, [state.screen]: cursor } };
}

export function cursorOf(state: WizardState): number {
	return state.cursors[state.screen] ?? 0;
}

/** Pages that lie over a screen, can be scrolled, and are searched like one of less(1). */

/** Until a page was drawn, nobody knows how long it is; the measuring puts right what went too far. */
export const unknownEnd = Number.MAX_SAFE_INTEGER;

/** Of the commands that ran and of what was printed the newest comes last, and is what one wants to see. */
export function openPage(state: WizardState, page: Page): WizardState {
	const atEnd = page === "commands" || page === "output";
	return { ...without(state, "notice", "scrollEnd", "find"), overlay: page, scroll: atEnd ? unknownEnd : 0 };
}
