import { splitCommandLine } from "../core/application/command-line.ts";
import { isName } from "../core/questions/answers.ts";
import { bindingsOf, type Command, commandFor } from "./bindings.ts";
import type { Key } from "./keys.ts";
import { editLine } from "./line.ts";
import { isBusy, notice, only, setCursor, start, without } from "./reduced.ts";
import type { PromptKind, Reduced, WizardState } from "./state.ts";
import { saveReview } from "./steps/build/reduce.ts";
import { answerParameter } from "./steps/choose/template-choice.ts";
import { addRule } from "./steps/files/toggle.ts";
import { answerName, isNamePrompt } from "./steps/save/names.ts";
import { askFor } from "./steps/trace/reduce.ts";

/** Keys while a line is being typed. A search takes effect with each key; everything else with Enter. */
export function reducePrompt(state: WizardState, key: Key, move: (state: WizardState, key: Key) => Reduced): Reduced {
	const { prompt } = state;
	if (!prompt) return only(state);
	const command: Command | undefined = commandFor(bindingsOf(state), key);
	const closed = without(state, "prompt", "notice");
	if (command === "close" && isNamePrompt(prompt.kind)) return answerName(closed, prompt.kind);
	if (command === "close") return prompt.kind === "search" ? only(search(closed, "")) : only(closed);
	if (command === "submit") return submit(state, closed, prompt.kind, prompt.line.text.trim());
	if (prompt.kind === "search" && ["up", "down", "pageup", "pagedown"].includes(key.id)) return move(state, key);
	const line = editLine(prompt.line, key);
	if (!line) return only(state);
	const typed: WizardState = { ...without(state, "notice"), prompt: { ...prompt, line } };
	return only(prompt.kind === "search" ? search(typed, line.text) : typed);
}

function search(state: WizardState, query: string): WizardState {
	if ((state.queries[state.screen] ?? "") === query) return state;
	const files = { ...state.files, touched: [] };
	return setCursor({ ...state, files, queries: { ...state.queries, [state.screen]: query } }, 0);
}

function submit(open: WizardState, closed: WizardState, kind: PromptKind, text: string): Reduced {
	if (kind === "parameter") return answerParameter(open, closed, text);
	if (isNamePrompt(kind)) return answerName(closed, kind, text);
	if (text === "") return only(closed);
	switch (kind) {
		case "search":
		case "find":
			return only(closed);
		case "command": {
			const split = splitCommandLine(text);
			if ("error" in split) {
				const { code, ...values } = split.error;
				return only(notice(open, code, values));
			}
			// It stays open until the form is there: a name that was mistyped is soon put right.
			if (isBusy(open, "propose")) return only(open);
			return start(without(open, "chosen", "notice"), { job: "propose", line: text });
		}
		case "exercise":
			return askFor(closed, text);
		case "review":
			// It stays open until the file is there: where that fails, another name is soon typed.
			return saveReview(open, text);
		case "template":
			if (!isName(text)) return only(notice(open, "name-invalid", { name: text }));
			return closed.answers ? start(closed, { job: "template", name: text, answers: closed.answers }) : only(closed);
		case "include":
		case "exclude":
		case "writable": {
			if (!text.startsWith("/") && !(kind === "exclude" && text.startsWith("*")))
				return only(notice(open, "path-not-absolute", { option: kind, path: text }));
			return addRule(closed, kind, text);
		}
	}
}
