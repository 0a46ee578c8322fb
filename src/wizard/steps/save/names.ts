import { textLine } from "../../line.ts";
import type { RecordNames } from "../../session/values.ts";
import type { PromptKind, Reduced, WizardState } from "../../state.ts";
import { notice, only, start, without } from "../../transitions.ts";

type NamePrompt = Extract<PromptKind, "initiated-by" | "implemented-by">;

export function isNamePrompt(kind: PromptKind): kind is NamePrompt {
	return kind === "initiated-by" || kind === "implemented-by";
}

export function askForNames(state: WizardState): WizardState {
	const { finished } = state;
	if (!finished) return state;
	return { ...without(state, "notice", "naming"), prompt: { kind: "initiated-by", line: textLine(finished.names.initiatedBy) } };
}

/** Without a text, the known name stays. An empty text leaves the line of the record open. */
export function answerName(closed: WizardState, kind: NamePrompt, text?: string): Reduced {
	const { finished } = closed;
	if (!finished) return only(closed);
	const { implementedBy, initiatedBy } = finished.names;
	if (kind === "initiated-by")
		return only({ ...closed, naming: text ?? initiatedBy, prompt: { kind: "implemented-by", line: textLine(implementedBy) } });
	const names = { initiatedBy: closed.naming ?? initiatedBy, implementedBy: text ?? implementedBy };
	return start(without(closed, "naming"), { job: "names", ...names });
}

export function named(state: WizardState, names: RecordNames): WizardState {
	const { finished } = state;
	if (!finished) return state;
	const { record: _, ...texts } = state.texts;
	return notice({ ...state, finished: { ...finished, names }, texts }, "names-kept");
}
