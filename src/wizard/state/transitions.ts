import type { Values } from "../../base/failure.ts";
import {
	type Intention,
	type Job,
	type JobKind,
	note,
	type Page,
	type PromptKind,
	type Reduction,
	type Screen,
	type WizardState,
} from "./state.ts";
import { textLine } from "./text-line.ts";

export function only(state: WizardState, ...intentions: Intention[]): Reduction {
	return { state, intentions };
}

/** Removes optional fields. */
export function without<K extends keyof WizardState>(state: WizardState, ...keys: K[]): Omit<WizardState, K> {
	const rest: Partial<WizardState> = { ...state };
	for (const key of keys) delete rest[key];
	return rest as Omit<WizardState, K>;
}

export function notice(state: WizardState, code: string, values: Values = {}): WizardState {
	return { ...state, notice: note(code, values) };
}

export function go(state: WizardState, screen: Screen): WizardState {
	return { ...without(state, "failure", "notice", "prompt", "question", "answer", "overlay", "covered"), screen };
}

/** The next step must show the new plan. */
export function goOnOncePlanned(state: WizardState): Reduction {
	return only(notice({ ...state, goesOn: true }, "goes-on-once-planned"));
}

/** Looks that change nothing on the screen, so that the message that somebody reads stays. */
const asides: readonly JobKind[] = ["home", "cage", "view", "host-view", "installation", "copy", "head"];

/** Starts a job. It replaces an earlier one of the same kind, whose result is then ignored. */
export function start(state: WizardState, job: Job, ...first: Intention[]): Reduction {
	const ticket = state.ticket + 1;
	const kind: JobKind = job.job;
	return {
		state: { ...(asides.includes(kind) ? state : without(state, "failure")), ticket, jobs: { ...state.jobs, [kind]: ticket } },
		intentions: [...first, { ...job, ticket }],
	};
}

export function isBusy(state: WizardState, ...kinds: readonly JobKind[]): boolean {
	return kinds.some((kind) => state.jobs[kind] !== undefined);
}

/** Stops all work and ignores its results. */
export function cancel(state: WizardState): Reduction {
	return { state: { ...state, jobs: {}, thenBuild: false }, intentions: [{ job: "cancel" }] };
}

export function ask(state: WizardState, kind: PromptKind, text = ""): Reduction {
	return only({ ...without(state, "notice"), prompt: { kind, line: textLine(text) } });
}

export function andThen(reduced: Reduction, next: (state: WizardState) => Reduction): Reduction {
	const after = next(reduced.state);
	return { state: after.state, intentions: [...reduced.intentions, ...after.intentions] };
}

export function setCursor(state: WizardState, cursor: number): WizardState {
	return { ...state, cursors: { ...state.cursors, [state.screen]: cursor } };
}

export function cursorOf(state: WizardState): number {
	return state.cursors[state.screen] ?? 0;
}

/** Scrolls to the end of a page that was not measured yet. */
export const unknownEnd = Number.MAX_SAFE_INTEGER;

/** Pages whose newest lines are at the end open there. */
export function openPage(state: WizardState, page: Page): WizardState {
	const atEnd = page === "commands" || page === "output";
	return { ...without(state, "notice", "scrollEnd", "find", "covered"), overlay: page, scroll: atEnd ? unknownEnd : 0 };
}
