import { omitUndefined } from "../../../base/collections.ts";
import { countsOf, type SelftestOutcome } from "../../../selftest/verdict.ts";
import { openAction, openCage } from "../../home/reduce.ts";
import { isAtHome } from "../../home/visible.ts";
import type { Command } from "../../state/command.ts";
import type { PromptKind, Question, Reduction, SaveItem, SavingItem, TextPage, WizardState } from "../../state/state.ts";
import { textLine } from "../../state/text-line.ts";
import {
	andThen,
	ask,
	cancel,
	cursorOf,
	go,
	isBusy,
	notice,
	only,
	openPage,
	setCursor,
	start,
	without,
} from "../../state/transitions.ts";
import type { FinishedCage, RecordNames } from "../../state/values.ts";

/** Before the cage is saved, what may follow; afterwards, everything else too. Only applications with a service on the host have a drop-in. */
export function saveItems(state: Pick<WizardState, "answers" | "finished" | "hostView" | "trial">): readonly SaveItem[] {
	const { answers, finished, hostView } = state;
	if (!finished || !isSaved(state)) return savingItems(hostView);
	const { installs, service } = finished;
	return [
		"end",
		...(installs ? (["serve"] as const) : []),
		...(service !== undefined && installs ? (["adopt"] as const) : []),
		"template",
		"export",
		"cage",
		"record",
		"names",
		"next",
		"unit",
		...(installs ? (["install-unit"] as const) : []),
		...(service === undefined ? [] : (["dropin"] as const)),
		...(service !== undefined && installs ? (["install-dropin"] as const) : []),
		...(answers?.template === undefined ? [] : (["changes"] as const)),
	];
}

export function reduceSave(state: WizardState, command: Command): Reduction {
	if (command === "back") return isBusy(state, "finish") ? andThen(cancel(state), toTrial) : toTrial(state);
	if (command !== "pick" || isSaving(state) || isBusy(state, "template", "text", "install-unit", "names")) return only(state);
	const item = saveItems(state)[cursorOf(state)];
	if (isSavingItem(item)) return saveAs(state, item);
	const { finished } = state;
	return finished ? act(state, item, finished) : only(state);
}

/** Without the host's view, which comes soon, only what needs none. */
function savingItems(hostView: WizardState["hostView"]): readonly SavingItem[] {
	const { installs = false, service } = hostView ?? {};
	return [
		"save",
		...(installs ? (["save-serve"] as const) : []),
		...(service !== undefined && installs ? (["save-adopt"] as const) : []),
		"save-template",
		"save-export",
	];
}

const followUps = {
	save: undefined,
	"save-serve": "serve",
	"save-adopt": "adopt",
	"save-template": "template",
	"save-export": "export",
} as const satisfies Record<SavingItem, SaveItem | undefined>;

export function isSavingItem(item: SaveItem | undefined): item is SavingItem {
	return item !== undefined && Object.hasOwn(followUps, item);
}

/** The cage is saved. Goes on with what was chosen. */
export function saved(state: WizardState, finished: FinishedCage): Reduction {
	const { saving = "save", ...rest } = state;
	const done = setCursor({ ...rest, finished, trial: { ...state.trial, saved: true }, texts: {} }, 0);
	return act(done, followUps[saving], finished);
}

function act(state: WizardState, item: SaveItem | undefined, { name, service }: FinishedCage): Reduction {
	const { answers } = state;
	switch (item) {
		case "end":
			return only({ ...state, exit: endStatus(state) });
		case "adopt":
			return service === undefined ? only(state) : openAction(state, { action: "adopt", cage: name, value: service });
		case "serve":
			return openAction(state, { action: "install-unit", cage: name });
		case "export":
			return andThen(openCage(state, name), (opened) => ask(opened, "export", `${name}.tar`));
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
			return only({ ...state, question: { kind: "install-unit", name, ...omitUndefined({ service }) } });
		default:
			return only(state);
	}
}

function toTrial(state: WizardState): Reduction {
	return only(go(without(state, "saving"), "trial"));
}

function text(state: WizardState, page: TextPage): Reduction {
	return state.texts[page] === undefined ? start(state, { job: "text", page }) : only(openPage(state, page));
}

export function installUnit(state: WizardState, service: string | undefined): Reduction {
	return start(without(state, "question"), { job: "install-unit", ...omitUndefined({ service }) });
}

type NamePrompt = Extract<PromptKind, "initiated-by" | "implemented-by">;

export function isNamePrompt(kind: PromptKind): kind is NamePrompt {
	return kind === "initiated-by" || kind === "implemented-by";
}

function askForNames(state: WizardState): WizardState {
	const { finished } = state;
	if (!finished) return state;
	return { ...without(state, "notice", "naming"), prompt: { kind: "initiated-by", line: textLine(finished.names.initiatedBy) } };
}

/** Without a text, the known name stays, and a proposal counts for nothing. An empty text leaves the line of the record open. */
export function answerName(closed: WizardState, kind: NamePrompt, text?: string): Reduction {
	const { finished } = closed;
	if (!finished) return only(closed);
	const { implementedBy, initiatedBy, proposal = "" } = finished.names;
	if (kind === "initiated-by") {
		const line = textLine(implementedBy || proposal);
		return only({ ...closed, naming: text ?? initiatedBy, prompt: { kind: "implemented-by", line } });
	}
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

export function isSaved({ finished, trial }: Pick<WizardState, "finished" | "trial">): boolean {
	return finished !== undefined && trial.saved === true;
}

/** Opens the last step. Its menu says how the cage is saved. */
export function toSave(state: WizardState): Reduction {
	const there = go(state, "save");
	if (isSaved(state)) return only(there);
	const begun = setCursor(there, 0);
	// After a resume, there is no verdict.
	return state.trial.tested || isBusy(state, "selftest") ? only(begun) : startSelftest(begun);
}

/** Saves when the self-test is finished. If a technique escapes, asks first. */
function saveAs(state: WizardState, saving: SavingItem): Reduction {
	const chosen = { ...go(state, "save"), saving };
	if (isBusy(state, "selftest")) return only(chosen);
	if (!state.trial.tested) return startSelftest(chosen);
	const question = escapeOf(state);
	return question ? only({ ...chosen, question }) : save(chosen);
}

/** Whether the cage is being saved, or will be after the self-test. */
export function isSaving(state: WizardState): boolean {
	return state.saving !== undefined && isBusy(state, "finish", "selftest");
}

export function startSelftest(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(state, { job: "selftest", answers }) : only(state);
}

export function save(state: WizardState): Reduction {
	const { answers } = state;
	return answers ? start(go(state, "save"), { job: "finish", answers }) : only(state);
}

export function showEscapes(state: WizardState): WizardState {
	return openPage(go(without(state, "saving"), "trial"), "selftest");
}

export function tested(state: WizardState, tested: SelftestOutcome): Reduction {
	const { testing: _, ...trial } = state.trial;
	const known: WizardState = { ...state, trial: { ...trial, tested } };
	return state.screen === "save" && state.saving !== undefined ? saveAs(known, state.saving) : only(known);
}

function escapeOf({ trial }: WizardState): Extract<Question, { kind: "escape" }> | undefined {
	if (!trial.tested?.test) return undefined;
	const { escaped, missing } = countsOf(trial.tested.test);
	return escaped || missing ? { kind: "escape", escaped, missing } : undefined;
}

/** Also true if the self-test could not run, which is reported elsewhere. */
export function isSafe(state: WizardState): boolean {
	return escapeOf(state) === undefined;
}

/** Like `make`: a cage with an escape is saved, but not a success. */
export function endStatus(state: WizardState): number {
	if (!state.finished) return isAtHome(state) ? 0 : 1;
	return isSafe(state) ? 0 : 1;
}

/** Drops the verdict of the previous candidate. */
export function withoutVerdict(state: WizardState): WizardState {
	const { saved: _, tested: __, testing: ___, ...trial } = state.trial;
	return { ...without(state, "failure"), trial };
}
