import { pathToText } from "../path/path.ts";
import type { Missing } from "../plan/missing.ts";
import type { Command } from "./bindings.ts";
import { andThen, cancel, cursorOf, go, isBusy, notice, only, start, without } from "./reduced.ts";
import type { Round } from "./seen.ts";
import type { Reduced, WizardState } from "./state.ts";
import { noTrial } from "./state.ts";

export function lastRound(state: WizardState): Round | undefined {
	return state.trial.rounds.at(-1);
}

export function missingKey(missing: Missing): string {
	return `${missing.kind} ${missing.path ?? missing.call}`;
}

/**
 * Whether something is proposed against it. What was left out on purpose is not, nor a kernel file without which the application
 * answers.
 */
export function isProposed(missing: Missing, round: Round): boolean {
	return missing.remedy !== undefined && !missing.declined && (missing.kind !== "kernel-file" || !round.answered);
}

/** What goes in with the next round. */
export function wanted(state: WizardState): readonly Missing[] {
	const round = lastRound(state);
	if (!round) return [];
	return round.missing.filter((one) => isProposed(one, round) && !state.trial.unwanted.includes(missingKey(one)));
}

export function reduceAccounts(state: WizardState, command: Command): Reduced {
	if (command === "go-on") return only(go(state, "build"));
	return only(command === "back" ? go(state, "files") : state);
}

export function reduceBuild(state: WizardState, command: Command): Reduced {
	if (isBusy(state, "try", "plan")) {
		// A session that goes on here is planned anew first; whoever knows what they want need not wait for it.
		if (command === "build" && state.plan && !isBusy(state, "try")) return only({ ...state, trial: noTrial, thenBuild: true });
		if (command !== "back") return only(state);
		const { state: stopped, intentions } = cancel(without(state, "building"));
		return { state: notice(stopped, "build-undone"), intentions };
	}
	switch (command) {
		case "build":
			return buildAndTry({ ...state, trial: noTrial });
		case "back":
			return only(go(state, "accounts"));
		default:
			return jump(state, command);
	}
}

export function buildAndTry(state: WizardState): Reduced {
	const { answers } = state;
	if (!answers || !state.plan) return only(state);
	const trial = { ...without(state, "failure").trial, probes: [], exercises: [] };
	const { now: _, ...idle } = trial;
	const fresh: WizardState = {
		...go(state, "build"),
		building: { bytesDone: 0, bytesTotal: 0, files: 0 },
		trial: idle,
		output: [],
		outputOpen: "",
	};
	return start(fresh, { job: "try", answers });
}

function jump(state: WizardState, command: Command): Reduced {
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

export function reduceTrial(state: WizardState, command: Command): Reduced {
	if (isBusy(state, "try", "plan")) {
		if (command !== "back") return only(state);
		return andThen(cancel(without(state, "building")), (stopped) => only(notice(go(stopped, "build"), "build-undone")));
	}
	const round = lastRound(state);
	switch (command) {
		case "back":
			return only(go(without(state, "building"), "build"));
		case "again":
			return buildAndTry(state);
		case "toggle":
			return toggleRemedy(state);
		case "accept-remedies":
			if (!round) return only(state);
			if (wanted(state).length) return accept(state);
			return round.answered ? finish(state) : only(notice(state, "nothing-to-accept"));
		case "finish-anyway":
			return round?.answered ? finish(state) : only(notice(state, "must-answer-first"));
		default:
			return jump(state, command);
	}
}

function accept(state: WizardState): Reduced {
	if (!state.answers) return only(state);
	const missing = wanted(state);
	return start({ ...go(state, "trial"), thenBuild: true }, { job: "plan", answers: state.answers }, { job: "accept", missing });
}

function finish(state: WizardState): Reduced {
	if (!state.answers) return only(state);
	return start({ ...go(state, "save") }, { job: "finish", answers: state.answers });
}

function toggleRemedy(state: WizardState): Reduced {
	const round = lastRound(state);
	const missing = round?.missing[cursorOf(state)];
	if (!round || !missing) return only(state);
	if (!isProposed(missing, round)) return only(notice(state, missing.declined ? "declined-by-you" : "no-remedy"));
	const key = missingKey(missing);
	const { unwanted } = state.trial;
	const next = unwanted.includes(key) ? unwanted.filter((one) => one !== key) : [...unwanted, key];
	return only({ ...without(state, "notice"), trial: { ...state.trial, unwanted: next } });
}

/** What of the missing a person could still let in: secrets and setuid files that were left out, as text for the message. */
export function declinedPaths(round: Round): string[] {
	return round.missing.flatMap((one) => (one.declined && one.path !== undefined ? [pathToText(one.path) ?? one.path] : []));
}
