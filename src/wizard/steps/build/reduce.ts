import type { Command } from "../../state/command.ts";
import { nothingBuilt } from "../../state/progress.ts";
import { emptyTrial, type Reduction, type Screen, type WizardState } from "../../state/state.ts";
import { ask, cancel, go, isBusy, notice, only, openPage, start, without } from "../../state/transitions.ts";
import { withoutVerdict } from "../save/reduce.ts";

export function reduceBuild(state: WizardState, command: Command): Reduction {
	if (isBusy(state, "try", "plan")) {
		// A resumed session plans again first; Enter does not have to wait for that.
		if (command === "build" && !isBusy(state, "try")) return only({ ...state, trial: emptyTrial, thenBuild: true });
		if (command !== "back") return only(state);
		const { state: stopped, intentions } = cancel(without(state, "building"));
		return { state: notice(stopped, "build-undone"), intentions };
	}
	switch (command) {
		case "build":
			return buildAndTry({ ...state, trial: emptyTrial });
		case "back":
			return only(go(state, "accounts"));
		case "dry-run":
			return only(openPage(state, "dry-run"));
		case "save-review":
			// Ask for the path, because nothing is written outside the state folder without one.
			return ask(state, "review", `${state.answers?.name ?? "cage"}-review.txt`);
		default:
			return jump(state, command);
	}
}

/** Reads the host again, because another command may have changed the cage. */
export function toReview(state: WizardState): Reduction {
	const there = without(go(state, "build"), "detour");
	return inspectHost(there);
}

export function inspectHost(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(state, { job: "host-view", answers }) : only(state);
}

export function saveReview(state: WizardState, path: string): Reduction {
	const { answers } = state;
	if (!answers) return only(state);
	return start(state, { job: "review", path, name: answers.name });
}

export function buildAndTry(state: WizardState): Reduction {
	const { answers } = state;
	if (!answers || !state.plan) return only(state);
	const trial = { ...withoutVerdict(state).trial, probes: [], exercises: [] };
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

const jumps: Partial<Record<Command, Screen>> = { "to-application": "form", "to-files": "files", "to-accounts": "accounts" };

/** From the review or the trial to the screen of an answer. */
export function jump(state: WizardState, command: Command): Reduction {
	const screen = jumps[command];
	return only(screen ? { ...go(state, screen), detour: true } : state);
}

/** After a detour, the next screen is the review. */
export function endDetour(state: WizardState, command: Command | undefined): Reduction | undefined {
	const leads = command === "back" || (command === "go-on" && state.screen !== "form");
	if (!state.detour || !leads || !Object.values(jumps).includes(state.screen) || isBusy(state, "plan")) return undefined;
	return toReview(state);
}
