import type { Command } from "../../bindings.ts";
import type { Unneeded } from "../../session/values.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { andThen, cancel, go, isBusy, notice, only, openPage, start, without } from "../../transitions.ts";
import { withoutVerdict } from "../save/finishing.ts";

export function mayMinimise(state: WizardState): boolean {
	return whyNot(state) === undefined;
}

function whyNot(state: WizardState): string | undefined {
	if (!state.trial.rounds.at(-1)?.answered) return "minimise-unanswered-yet";
	if (state.trial.saved) return "minimise-saved";
	return isBusy(state, "selftest") ? "testing" : undefined;
}

export function minimise(state: WizardState): Reduced {
	const { answers } = state;
	const why = whyNot(state);
	if (!answers || why !== undefined) return only(notice(state, why ?? "", { name: answers?.name ?? "" }));
	return start({ ...without(state, "notice", "unneeded"), minimising: {} }, { job: "minimise", answers });
}

export function reduceMinimising(state: WizardState, command: Command): Reduced {
	switch (command) {
		case "finish-search":
			return only({ ...state, minimising: { ...state.minimising, isEnding: true } }, { job: "finish-early" });
		case "back":
			return andThen(cancel(without(state, "minimising")), (stopped) => only(notice(stopped, "minimise-stopped")));
		case "output":
			return only(openPage(state, "output"));
		default:
			return only(state);
	}
}

export function foundUnneeded(state: WizardState, unneeded: Unneeded): WizardState {
	return openPage({ ...without(state, "minimising"), unneeded }, "unneeded");
}

/** Builds and tests a candidate without the unneeded files. */
export function leaveOutUnneeded(state: WizardState): Reduced {
	const { answers } = state;
	if (!answers) return only(state);
	const there = { ...withoutVerdict(without(go(state, "trial"), "unneeded")), thenBuild: true };
	return start(there, { job: "plan", answers }, { job: "leave-out" });
}
