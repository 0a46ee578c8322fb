import type { Command } from "../../bindings.ts";
import { openAction, openCage } from "../../home/reduce.ts";
import type { RecordNames } from "../../session/values.ts";
import type { PromptKind, Reduction, TextPage, WizardState } from "../../state.ts";
import { textLine } from "../../text-line.ts";
import { andThen, ask, cancel, cursorOf, go, isBusy, notice, only, openPage, start, without } from "../../transitions.ts";
import { endStatus, finish } from "./finishing.ts";

export type SaveItem =
	| "end"
	| "adopt"
	| "serve"
	| "cage"
	| "next"
	| "template"
	| "record"
	| "names"
	| "unit"
	| "install-unit"
	| "dropin"
	| "install-dropin"
	| "changes";

/** Only applications with a service on the host have a drop-in. */
export function saveItems({ answers, finished }: Pick<WizardState, "answers" | "finished">): readonly SaveItem[] {
	if (!finished) return [];
	const { installs, service } = finished;
	return [
		"end",
		...(service !== undefined && installs ? (["adopt"] as const) : []),
		...(installs ? (["serve"] as const) : []),
		"cage",
		"next",
		"template",
		"record",
		"names",
		"unit",
		...(installs ? (["install-unit"] as const) : []),
		...(service === undefined ? [] : (["dropin"] as const)),
		...(service !== undefined && installs ? (["install-dropin"] as const) : []),
		...(answers?.template === undefined ? [] : (["changes"] as const)),
	];
}

export function reduceSave(state: WizardState, command: Command): Reduction {
	if (command === "back") return isBusy(state, "finish") ? andThen(cancel(state), toTrial) : toTrial(state);
	if (command !== "pick" || isBusy(state, "finish", "selftest", "template", "text", "install-unit", "names")) return only(state);
	const { answers, finished } = state;
	if (!finished || !state.trial.saved) return finish(state);
	const { name, service } = finished;
	switch (saveItems(state)[cursorOf(state)]) {
		case "end":
			return only({ ...state, exit: endStatus(state) });
		case "adopt":
			return service === undefined ? only(state) : openAction(state, { action: "adopt", cage: name, value: service });
		case "serve":
			return openAction(state, { action: "install-unit", cage: name });
		case "cage":
			return openCage(state, name);
		case "next":
			return only(openPage(state, "next"));
		case "template":
			return ask(state, "template", answers?.template ?? answers?.name ?? "");
		case "record":
			return text(state, "record");
		case "names":
			return only(askForNames(state));
		case "unit":
			return text(state, "unit");
		case "dropin":
			return text(state, "dropin");
		case "changes":
			return text(state, "changes");
		case "install-unit":
			return only({ ...state, question: { kind: "install-unit", name } });
		case "install-dropin":
			return only({ ...state, question: { kind: "install-unit", name, ...(service === undefined ? {} : { service }) } });
		default:
			return only(state);
	}
}

function toTrial(state: WizardState): Reduction {
	return only(go(state, "trial"));
}

function text(state: WizardState, page: TextPage): Reduction {
	return state.texts[page] === undefined ? start(state, { job: "text", page }) : only(openPage(state, page));
}

export function installUnit(state: WizardState, service: string | undefined): Reduction {
	return start(without(state, "question"), { job: "install-unit", ...(service === undefined ? {} : { service }) });
}

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
export function answerName(closed: WizardState, kind: NamePrompt, text?: string): Reduction {
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
	const isOpen = names.initiatedBy === "" && names.implementedBy === "";
	return notice({ ...state, finished: { ...finished, names }, texts }, isOpen ? "names-open" : "names-kept");
}
