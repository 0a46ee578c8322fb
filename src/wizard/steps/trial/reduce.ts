import { type Path, pathToText } from "../../../base/path/path.ts";
import type { Command } from "../../state/command.ts";
import type { Reduction, WizardState } from "../../state/state.ts";
import { andThen, cancel, cursorOf, go, isBusy, notice, only, openPage, start, without } from "../../state/transitions.ts";
import type { Round, UnneededFiles } from "../../state/values.ts";
import { buildAndTry, jump } from "../build/reduce.ts";
import { allow } from "../files/toggle.ts";
import { toSave, withoutVerdict } from "../save/reduce.ts";
import { isPreselected, isSelectable, itemsToAdd, lastRound, missingKey, secretToAsk } from "./selection.ts";

export function reduceTrial(state: WizardState, command: Command): Reduction {
	if (isBusy(state, "minimise")) return reduceMinimising(state, command);
	if (command === "output") return only(openPage(state, "output"));
	if (command === "rounds") return only(state.trial.rounds.length > 1 ? openPage(state, "rounds") : notice(state, "one-round"));
	if (isBusy(state, "try", "plan")) {
		if (command !== "back") return only(state);
		return andThen(cancel(without(state, "building")), (stopped) => only(notice(go(stopped, "build"), "build-undone")));
	}
	if (isBusy(state, "shell")) return only(state);
	const round = lastRound(state);
	switch (command) {
		case "back":
			return andThen(endSelftest(state), (ended) => only(go(without(ended, "building"), "build")));
		case "again":
			return andThen(endSelftest(state), buildAndTry);
		case "toggle":
			return toggleRemedy(state);
		case "accept-remedies":
			if (!round) return only(state);
			if (itemsToAdd(state).length) return andThen(endSelftest(state), accept);
			return round.answered ? toSave(state) : only(notice(state, "nothing-to-accept"));
		case "finish-anyway":
			return round?.answered ? toSave(state) : only(notice(state, "must-answer-first"));
		case "minimise":
			return minimise(state);
		case "selftest":
			return only(
				state.trial.tested ? openPage(state, "selftest") : notice(state, isBusy(state, "selftest") ? "testing" : "untested"),
			);
		case "shell":
			if (!round) return only(state);
			// Wait for the self-test, so that nobody waits at an empty screen.
			return isBusy(state, "selftest") ? only(notice(state, "testing")) : openShell(state);
		default:
			return andThen(endSelftest(state), (ended) => jump(ended, command));
	}
}

function openShell(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(without(state, "notice"), { job: "shell", answers }) : only(state);
}

/** Another candidate does not wait for this one's verdict. */
export function endSelftest(state: WizardState): Reduction {
	return isBusy(state, "selftest") ? cancel(withoutVerdict(state)) : only(state);
}

/** Asks about each selected secret, then makes the next plan with everything that is selected. */
function accept(state: WizardState): Reduction {
	if (!state.answers) return only(state);
	const secret = secretToAsk(state);
	const text = secret?.path === undefined ? undefined : pathToText(secret.path);
	if (secret?.path !== undefined && text !== undefined)
		return only({ ...without(state, "notice"), question: { kind: "secret", path: secret.path, text } });
	const missing = itemsToAdd(state).filter(({ declined }) => !declined);
	return start({ ...go(state, "trial"), thenBuild: true }, { job: "plan", answers: state.answers }, { job: "accept", missing });
}

/** The answer about a selected secret. Without consent, the next likely cause is preselected instead. */
export function answerSecret(state: WizardState, path: Path, consents: boolean): Reduction {
	if (consents) return andThen(allow(state, "secret", path), accept);
	const secret = lastRound(state)?.missing.find((one) => one.path === path);
	const unwanted = secret ? [...state.trial.unwanted, missingKey(secret)] : state.trial.unwanted;
	return only({ ...state, trial: { ...state.trial, unwanted } });
}

function toggleRemedy(state: WizardState): Reduction {
	const round = lastRound(state);
	const missing = round?.missing[cursorOf(state)];
	if (!round || !missing) return only(state);
	if (!isSelectable(missing, round, state)) return only(notice(state, missing.declined ? "declined-by-you" : "no-remedy"));
	const key = missingKey(missing);
	const list = isPreselected(missing, round, state) ? "unwanted" : "chosen";
	const keys = state.trial[list];
	const next = keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key];
	return only({ ...without(state, "notice"), trial: { ...state.trial, [list]: next } });
}

/** Secrets and setuid files that were left out and could still be allowed. */
export function declinedPaths(round: Round): Path[] {
	return round.missing.flatMap((one) => (one.declined && one.path !== undefined ? [one.path] : []));
}

export function mayMinimise(state: WizardState): boolean {
	return whyNot(state) === undefined;
}

function whyNot(state: WizardState): string | undefined {
	if (!state.trial.rounds.at(-1)?.answered) return "minimise-unanswered-yet";
	if (state.trial.saved) return "minimise-saved";
	return isBusy(state, "selftest") ? "testing" : undefined;
}

function minimise(state: WizardState): Reduction {
	const { answers } = state;
	const why = whyNot(state);
	if (!answers || why !== undefined) return only(notice(state, why ?? "", { name: answers?.name ?? "" }));
	return start({ ...without(state, "notice", "unneeded"), minimising: {} }, { job: "minimise", answers });
}

function reduceMinimising(state: WizardState, command: Command): Reduction {
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

export function foundUnneeded(state: WizardState, unneeded: UnneededFiles): WizardState {
	return openPage({ ...without(state, "minimising"), unneeded }, "unneeded");
}

/** Builds and tests a candidate without the unneeded files. */
export function leaveOutUnneeded(state: WizardState): Reduction {
	const { answers } = state;
	if (!answers) return only(state);
	const there = { ...withoutVerdict(without(go(state, "trial"), "unneeded")), thenBuild: true };
	return start(there, { job: "plan", answers }, { job: "leave-out" });
}
