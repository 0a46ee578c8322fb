import { isName } from "../../options/answers.ts";
import { splitCommandLine } from "../../service/command-line.ts";
import { answersTo, bindingsOf, commandFor } from "../bindings/bindings.ts";
import { copyable } from "../bindings/copyable.ts";
import { openFix } from "../fixes/open-fix.ts";
import { closeAction, exportTo, reduceAction, reduceCage, reduceHome, refreshHome } from "../home/reduce.ts";
import { cageRows, isAtHome, visibleHome } from "../home/visible.ts";
import { measured, pageOf, reduceFind, reducePage } from "../pages/reduce.ts";
import type { Command } from "../state/command.ts";
import type { Key } from "../state/keys.ts";
import { isMove, type Move, moveCursor } from "../state/list.ts";
import type { Action, PromptKind, Reduction, Screen, WizardState } from "../state/state.ts";
import { editLine } from "../state/text-line.ts";
import { andThen, cancel, cursorOf, isBusy, notice, only, openPage, setCursor, start, without } from "../state/transitions.ts";
import { leaveOut, reduceAccounts, visibleAccounts } from "../steps/accounts/reduce.ts";
import { endDetour, reduceBuild, saveReview } from "../steps/build/reduce.ts";
import { reviewRows } from "../steps/build/review.ts";
import {
	answerParameter,
	goOnWithout,
	installPackages,
	reduceChoose,
	reduceRequirements,
	visibleChoices,
} from "../steps/choose/reduce.ts";
import { reduceFiles } from "../steps/files/reduce.ts";
import { addRule, allow, bind, bindWritable } from "../steps/files/toggle.ts";
import { visibleRows } from "../steps/files/visible-rows.ts";
import { reduceForm } from "../steps/form/reduce.ts";
import {
	answerName,
	endStatus,
	installUnit,
	isNamePrompt,
	reduceSave,
	save,
	saveItems,
	showEscapes,
} from "../steps/save/reduce.ts";
import { countOfTrace, reduceTrace, requestExercise } from "../steps/trace/reduce.ts";
import { answerSecret, leaveOutUnneeded, reduceTrial } from "../steps/trial/reduce.ts";
import { lastRound } from "../steps/trial/selection.ts";
import { applyEvents, tick } from "./events.ts";
import { reduceDone, reduceFailed } from "./results.ts";

interface ScreenReducer {
	readonly reduce: (state: WizardState, command: Command) => Reduction;
	/** Number of items in the screen's list. */
	readonly count?: (state: WizardState) => number;
}

const screens: Readonly<Record<Screen, ScreenReducer>> = {
	home: { reduce: reduceHome, count: (state) => visibleHome(state).length },
	cage: { reduce: reduceCage, count: (state) => cageRows(state).length },
	requirements: { reduce: reduceRequirements },
	choose: { reduce: reduceChoose, count: (state) => visibleChoices(state).length },
	// `reduceForm` reads keys instead.
	form: { reduce: (state) => only(state) },
	trace: { reduce: reduceTrace, count: countOfTrace },
	files: { reduce: reduceFiles, count: (state) => visibleRows(state).length },
	accounts: { reduce: reduceAccounts, count: (state) => visibleAccounts(state).length },
	build: { reduce: reduceBuild, count: (state) => reviewRows(state).length },
	trial: { reduce: reduceTrial, count: (state) => lastRound(state)?.missing.length ?? 0 },
	save: { reduce: reduceSave, count: (state) => saveItems(state).length },
};

/** The reducer of the whole wizard. */
export function reduce(state: WizardState, action: Action): Reduction {
	switch (action.type) {
		case "started": {
			const { initial, resume } = action;
			const begun = initial ? { ...state, answers: initial, proposal: initial } : state;
			if (initial || resume !== undefined)
				return start(resume === undefined ? begun : { ...begun, resuming: resume }, { job: "requirements" });
			return start(state, { job: "home", examine: false });
		}
		case "resized":
			return only({ ...state, size: { columns: action.columns, rows: action.rows } });
		case "measured":
			return only(measured(state, action.scrollEnd, action.found ?? []));
		case "events-received":
			return only(applyEvents(state, action.events, action.at));
		case "ticked":
			return only(tick(state, action.at));
		case "refreshed":
			return isAtHome(state) ? refreshHome(state) : only(state);
		case "done":
			return reduceDone(state, action);
		case "failed":
			return reduceFailed(state, action);
		case "key":
			return reduceKey(state, action.key);
	}
}

function reduceKey(state: WizardState, key: Key): Reduction {
	if (state.exit !== undefined) return only(state);
	const bindings = bindingsOf(state);
	const command = commandFor(bindings, key);
	if (command === "interrupt") {
		// The first Ctrl-C asks, the second one quits.
		return state.question?.kind === "quit"
			? leave(state, 130)
			: only({ ...without(state, "answer"), question: { kind: "quit" } });
	}
	if (state.question) return reduceQuestion(state, command);
	if (command === "copy") return copy(state);
	if (state.overlay && state.prompt?.kind === "find") return reduceFind(state, key, command);
	if (state.overlay && command === "leave-out") return leaveOutUnneeded(state);
	const acting = reduceAction(state, command);
	if (acting) return acting;
	if (state.overlay === "action" && command === "close" && !state.covered) return closeAction(state);
	if (command === "fix") return openFix(state);
	if (state.overlay) return reducePage(state, command);
	const page = pageOf(command);
	if (page) return only(openPage(state, page));
	if (state.prompt) return reducePrompt(state, key, reduceMoveKey);
	if (command === "quit")
		return state.finished || isAtHome(state) ? leave(state, endStatus(state)) : only({ ...state, question: { kind: "quit" } });
	const reviewed = endDetour(state, command);
	if (reviewed) return reviewed;
	if (state.screen === "form") return reduceForm(state, key, command);
	if (command === undefined) return only(state);
	if (isMove(command)) return move(state, command);
	return screens[state.screen].reduce(without(state, "notice"), command);
}

function copy(state: WizardState): Reduction {
	const text = copyable(state);
	return text === undefined ? only(notice(state, "nothing-to-copy")) : start(state, { job: "copy", text });
}

function reduceQuestion(state: WizardState, command: Command | undefined): Reduction {
	if (command === "up" || command === "down") return only(moveAnswer(state, command === "up" ? -1 : 1));
	return answer(state, command === "pick" ? (state.answer ?? "no") : command);
}

function moveAnswer(state: WizardState, by: number): WizardState {
	const answers = answersTo(state);
	const at = answers.indexOf(state.answer ?? "no") + by;
	return { ...state, answer: answers[Math.max(0, Math.min(at, answers.length - 1))] ?? "no" };
}

function answer(open: WizardState, command: Command | undefined): Reduction {
	const state: WizardState = without(open, "answer");
	const { question } = state;
	if (question?.kind === "quit" && command === "discard") {
		return andThen(only({ ...state, discarded: true }, { job: "forget" }), (forgotten) => leave(forgotten, 1));
	}
	if (!question || (command !== "yes" && command !== "no")) return only(open);
	const answered = without(state, "question");
	if (command === "no" && question.kind === "install") return goOnWithout(answered, question);
	if (state.screen === "trial" && question.kind === "secret") return answerSecret(answered, question.path, command === "yes");
	if (command === "no") return only(question.kind === "escape" ? showEscapes(answered) : answered);
	switch (question.kind) {
		case "quit":
			return leave(state, endStatus(state));
		case "escape":
			return save(answered);
		case "install-unit":
			return installUnit(answered, question.service);
		case "replace-template":
			return answered.answers
				? start(answered, { job: "template", name: question.name, answers: answered.answers, replace: true })
				: only(answered);
		case "discard":
			return start(answered, { job: "discard", id: question.id });
		case "install":
			return installPackages(state, question.packages);
		case "account":
			return leaveOut(state, question.account);
		case "bind":
			return bind(state, question.path);
		case "write":
			return bindWritable(state, question.path, question.text);
		default:
			return allow(state, question.kind, question.path);
	}
}

/** Stops all work when the wizard exits. */
function leave(state: WizardState, exit: number): Reduction {
	const gone = { ...without(state, "question"), exit };
	return isBusy(state, "trace", "try", "install", "finish", "selftest", "minimise", "act") ? cancel(gone) : only(gone);
}

function reduceMoveKey(state: WizardState, key: Key): Reduction {
	const command = ({ up: "up", down: "down", pageup: "page-up", pagedown: "page-down" } as const)[key.id];
	return command ? move(state, command) : only(state);
}

function move(state: WizardState, command: Move): Reduction {
	// Rows for header, footer and details.
	const page = Math.max(2, state.size.rows - 10);
	// In the first step, a failure belongs to the selected choice. Without a list, it says why there is none.
	const isOfChoice = state.screen === "choose" && state.choices !== undefined;
	const moved = isOfChoice ? without(state, "notice", "failure") : without(state, "notice");
	return only(setCursor(moved, moveCursor(cursorOf(state), command, countOf(state), page)));
}

/** Number of items in the screen's list. */
export function countOf(state: WizardState): number {
	return screens[state.screen].count?.(state) ?? 0;
}

/** Edits the prompt. A search applies with each key, everything else with Enter. */
function reducePrompt(state: WizardState, key: Key, move: (state: WizardState, key: Key) => Reduction): Reduction {
	const { prompt } = state;
	if (!prompt) return only(state);
	const command: Command | undefined = commandFor(bindingsOf(state), key);
	const closed = without(state, "prompt", "notice");
	if (command === "close" && isNamePrompt(prompt.kind)) return answerName(closed, prompt.kind);
	if (command === "close" && prompt.kind === "command") return only(without(closed, "failure"));
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

function submit(open: WizardState, closed: WizardState, kind: PromptKind, text: string): Reduction {
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
			// The prompt stays open until the form opens, so that a typing error can be corrected.
			if (isBusy(open, "propose")) return only(open);
			return start(without(open, "chosen", "notice"), { job: "propose", line: text });
		}
		case "export":
			return exportTo(closed, text);
		case "exercise":
			return requestExercise(closed, text);
		case "review":
			// The prompt stays open until the file is written, so that another name can be typed.
			return saveReview(open, text);
		case "template":
			if (!isName(text)) return only(notice(open, "template-name-invalid", { name: text }));
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
