import type { Command } from "./bindings.ts";
import { openPage } from "./pages.ts";
import { nothingBuilt } from "./progress.ts";
import { ask, cancel, go, isBusy, notice, only, start, without } from "./reduced.ts";
import { reviewRows } from "./review.ts";
import { noTrial, type Reduced, type WizardState } from "./state.ts";

export function reduceBuild(state: WizardState, command: Command): Reduced {
	if (isBusy(state, "try", "plan")) {
		if (command !== "back") return only(state);
		const { state: stopped, intentions } = cancel(without(state, "building"));
		return { state: notice(stopped, "build-undone"), intentions };
	}
	switch (command) {
		case "build":
			return buildAndTry({ ...state, trial: noTrial });
		case "back":
			return only(go(state, "accounts"));
		case "dry-run":
			return only(openPage(state, "dry-run"));
		case "save-review":
			// Nothing is written outside of the state folder but where one is told to: the name is asked for.
			return ask(state, "review", `${state.answers?.name ?? "cage"}-review.txt`);
		default:
			return jump(state, command);
	}
}

/** Before it is shown, the machine is looked at again: another command may have been at work on the cage meanwhile. */
export function toReview(state: WizardState): Reduced {
	const there = go(state, "build");
	return state.answers ? start(there, { job: "surroundings", answers: state.answers }) : only(there);
}

export function saveReview(state: WizardState, path: string): Reduced {
	const { answers } = state;
	if (!answers) return only(state);
	return start(state, { job: "review", path, name: answers.name, rows: reviewRows(state) });
}

export function buildAndTry(state: WizardState): Reduced {
	const { answers } = state;
	if (!answers || !state.plan) return only(state);
	const trial = { ...without(state, "failure").trial, probes: [], exercises: [] };
	const { now: _, ...idle } = trial;
	const fresh: WizardState = {
		...go(state, "build"),
		building: nothingBuilt,
		trial: idle,
		output: [],
		outputOpen: "",
	};
	return start(fresh, { job: "try", answers });
}

/** From the review to an answer. */
export function jump(state: WizardState, command: Command): Reduced {
	switch (command) {
		case "to-application":
			return only(go(state, "form"));
		case "to-files":
			return only(go(state, "files"));
		case "to-accounts":
			return only(go(state, "accounts"));
		default:
			return only(state);
	}
}
