import fuzzysort from "fuzzysort";
import type { Command } from "./bindings.ts";
import { formFor } from "./form.ts";
import { ask, cursorOf, go, only, start } from "./reduced.ts";
import type { Choice } from "./seen.ts";
import type { Reduced, WizardState } from "./state.ts";

/** The choices that match what was searched for, the best first. */
export function shownChoices(state: WizardState): readonly Choice[] {
	const choices = state.choices ?? [];
	const query = state.queries.choose ?? "";
	if (query === "") return choices;
	return fuzzysort.go(query, choices, { keys: ["name", "description", "detail"], threshold: 0.3 }).map((result) => result.obj);
}

export function reduceLacks(state: WizardState, command: Command): Reduced {
	if (command !== "install") return only(state);
	const lacks = state.lacks ?? [];
	if (state.jobs.install !== undefined || state.jobs.lacks !== undefined) return only(state);
	// What no package brings cannot be installed; asking again may still help, after somebody did it by hand.
	const installable = lacks.filter((lack) => lack.package !== undefined);
	return installable.length ? start(state, { job: "install", lacks: installable }) : start(state, { job: "lacks" });
}

export function reduceChoose(state: WizardState, command: Command): Reduced {
	switch (command) {
		case "search":
			return ask(state, "search", state.queries.choose ?? "");
		case "type-command":
			return ask(state, "command");
		case "back":
			return only({ ...state, queries: { ...state.queries, choose: "" } });
		case "choose": {
			if (state.choices === undefined && state.jobs.choices === undefined) return start(state, { job: "choices" });
			const choice = shownChoices(state)[cursorOf(state)];
			if (!choice) return only(state);
			if (choice.kind === "session") return start(state, { job: "resume", id: choice.id });
			// The same one again: what was typed in the form is still there.
			if (choice.id === state.chosen && state.answers) return openForm(state);
			return start({ ...state, chosen: choice.id }, { job: "propose", choice });
		}
		case "discard": {
			const { id, kind, name } = shownChoices(state)[cursorOf(state)] ?? {};
			if (id === undefined || name === undefined || kind !== "session") return only(state);
			return only({ ...state, question: { kind: "discard", id, name } });
		}
		default:
			return only(state);
	}
}

export function openForm(state: WizardState): Reduced {
	if (!state.answers) return only(go(state, "choose"));
	const form = state.form ?? formFor(state.answers);
	return start({ ...go(state, "form"), form }, { job: "validate", answers: state.answers, soon: false });
}
