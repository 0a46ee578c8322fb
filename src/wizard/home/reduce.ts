import { omitUndefined } from "../../base/collections.ts";
import type { Command } from "../state/command.ts";
import { type ActionRequest, type CagePage, type CageView, cageViews, type HomeList, type ViewRow } from "../state/home.ts";
import type { Reduction, WizardState } from "../state/state.ts";
import { andThen, ask, cursorOf, go, isBusy, notice, only, openPage, setCursor, start, without } from "../state/transitions.ts";
import { cageRows, type HomeRow, isAtHome, selectedHome, visibleHome } from "./visible.ts";

/** Opens the list if there are cages, otherwise the first step. */
export function foundHome(state: WizardState, home: HomeList): Reduction {
	const isFirst = state.home === undefined;
	if (!isFirst) return only(followed(state, home));
	const known = { ...state, home };
	if (!home.cages.length) return start(known, { job: "requirements" });
	// The list is shown before the cages are examined, which takes longer.
	return start(go(known, "home"), { job: "home", examine: true });
}

/** The cursor stays on its row. */
function followed(state: WizardState, home: HomeList): WizardState {
	const next = { ...state, home };
	if (state.screen !== "home") return next;
	const keyOf = (row: HomeRow | undefined) => (row?.kind === "cage" ? `cage ${row.cage.name}` : row?.choice.id);
	const selected = keyOf(selectedHome(state));
	const at = visibleHome(next).findIndex((row) => keyOf(row) === selected);
	return setCursor(next, at < 0 ? Math.min(cursorOf(state), Math.max(0, visibleHome(next).length - 1)) : at);
}

/** Reads the list again. The reducer calls this every few seconds while it is shown. */
export function refreshHome(state: WizardState): Reduction {
	const isIdle = isAtHome(state) && !isBusy(state, "home", "cage", "view", "preview", "act", "run-cage");
	if (!isIdle || state.overlay || state.prompt || state.question) return only(state);
	if (state.screen === "home") return start(state, { job: "home", examine: false });
	const { name = "", view } = state.cage ?? {};
	// A log is shown as it comes.
	return start(state, view === "log" ? { job: "view", name, view } : { job: "cage", name });
}

/** Shows the list again, as it is now. */
export function toHome(state: WizardState): Reduction {
	return start(without(go(state, "home"), "cage", "action"), { job: "home", examine: false });
}

export function reduceHome(state: WizardState, command: Command): Reduction {
	switch (command) {
		case "search":
			return ask(state, "search", state.queries.home ?? "");
		case "new-cage":
			return start(go(state, "home"), { job: "requirements" });
		case "back":
			return only({ ...setCursor(state, 0), queries: { ...state.queries, home: "" } });
		case "discard": {
			const row = selectedHome(state);
			if (row?.kind !== "session") return only(state);
			const { id, name } = row.choice;
			return only({ ...state, question: { kind: "discard", id, name } });
		}
		case "choose": {
			const row = selectedHome(state);
			if (!row) return only(state);
			if (row.kind === "session") return start({ ...state, resuming: row.choice.id }, { job: "requirements" });
			return openCage(state, row.cage.name);
		}
		default:
			return only(state);
	}
}

export function openCage(state: WizardState, name: string): Reduction {
	const opened: WizardState = { ...go(state, "cage"), cage: { name, view: "actions", rows: {} } };
	return start({ ...opened, cursors: { ...opened.cursors, cage: 0 } }, { job: "cage", name });
}

/** Previews an action on its cage's page. */
export function openAction(state: WizardState, request: ActionRequest): Reduction {
	return andThen(openCage(state, request.cage), (opened) => previewAction(opened, request));
}

export function foundPage(state: WizardState, page: CagePage): WizardState {
	const { cage } = state;
	if (!cage || cage.name !== page.row.name) return state;
	const actions: readonly ViewRow[] = page.actions.map((request) => ({ text: request.action, request }));
	const next = { ...state, cage: { ...cage, page, rows: { ...cage.rows, actions } } };
	return setCursor(next, Math.min(cursorOf(next), Math.max(0, cageRows(next).length - 1)));
}

export function foundRows(state: WizardState, view: CageView, rows: readonly ViewRow[]): WizardState {
	const { cage } = state;
	if (!cage) return state;
	const next = { ...state, cage: { ...cage, rows: { ...cage.rows, [view]: rows } } };
	if (view !== "log" || cage.view !== view) return next;
	// At its end, a log stays at its end.
	const before = cage.rows.log;
	const isAtEnd = before === undefined || cursorOf(state) >= before.length - 1;
	return isAtEnd ? setCursor(next, Math.max(0, rows.length - 1)) : next;
}

export function reduceCage(state: WizardState, command: Command): Reduction {
	switch (command) {
		case "back":
			return toHome(state);
		case "next-view":
			return showView(state, 1);
		case "previous-view":
			return showView(state, -1);
		case "choose":
		case "stop-cage": {
			const { request, stop } = cageRows(state)[cursorOf(state)] ?? {};
			const chosen = command === "choose" ? request : stop;
			return chosen ? chooseAction(state, chosen) : only(state);
		}
		default:
			return only(state);
	}
}

function showView(state: WizardState, by: number): Reduction {
	const { cage } = state;
	if (!cage) return only(state);
	const view = cageViews[(cageViews.indexOf(cage.view) + by + cageViews.length) % cageViews.length] ?? "actions";
	const shown = setCursor({ ...without(state, "failure"), cage: { ...cage, view } }, 0);
	return view === "actions" || cage.rows[view] ? only(shown) : start(shown, { job: "view", name: cage.name, view });
}

function chooseAction(state: WizardState, request: ActionRequest): Reduction {
	if (isBusy(state, "preview", "act", "run-cage", "edit-plan")) return only(state);
	if (request.action === "export" && request.value === undefined) return ask(state, "export", `${request.cage}.tar`);
	return previewAction(state, request);
}

export function previewAction(state: WizardState, request: ActionRequest): Reduction {
	return start({ ...without(state, "notice"), action: { request } }, { job: "preview", request });
}

export function exportTo(state: WizardState, value: string): Reduction {
	const { cage } = state;
	return cage ? previewAction(state, { action: "export", cage: cage.name, value }) : only(state);
}

/** Keys of an action's page, before it acts and while it does. Undefined for keys of every page. */
export function reduceAction(state: WizardState, command: Command | undefined): Reduction | undefined {
	const { action } = state;
	if (state.overlay !== "action" || !action) return undefined;
	if (command === "stop") {
		// Its result says whether it was undone or had already finished.
		const { act } = state.jobs;
		return only({ ...state, jobs: act === undefined ? {} : { act }, action: { ...action, stops: true } }, { job: "cancel" });
	}
	if (command !== "perform") return undefined;
	const { request } = action;
	const open = { ...state, output: [], outputOpen: "", action: { ...action, began: true as const } };
	if (request.action === "run")
		return start(without(open, "overlay", "scrollEnd", "find", "action"), { job: "run-cage", name: request.cage });
	if (request.action === "edit")
		return start(without(open, "overlay", "scrollEnd", "find", "action"), {
			job: "edit-plan",
			name: request.cage,
			...omitUndefined({ at: request.at }),
		});
	return start(open, { job: "act", request });
}

/** After an action, everything about the cage is read again. */
export function acted(state: WizardState, outcome: readonly string[]): Reduction {
	const { action, cage } = state;
	if (!action || !cage) return only(state);
	const tooLate = action.stops ? notice(state, "action-too-late") : state;
	const shown: WizardState = { ...tooLate, action: { ...action, outcome }, cage: { ...cage, rows: {} }, scroll: 0 };
	if (action.request.action === "remove") return start(shown, { job: "home", examine: true });
	return andThen(start(shown, { job: "cage", name: cage.name }), (next) => start(next, { job: "home", examine: true }));
}

/** An action that was stopped was undone by its verb, and can be begun again. Any other failure closes its page. */
export function actionFailed(state: WizardState): WizardState {
	const { action } = state;
	if (!action?.stops) return without(state, "overlay", "scrollEnd", "find", "action");
	const { began: _, stops: __, ...again } = action;
	return notice({ ...without(state, "failure"), action: again }, "action-stopped");
}

/** Closing the page of a removed cage shows the list, and that of a view reads it again. */
export function closeAction(state: WizardState): Reduction {
	const { action, cage } = state;
	const closed = without(state, "overlay", "scrollEnd", "find", "action");
	if (action?.outcome && action.request.action === "remove") return toHome(closed);
	if (!cage || cage.view === "actions" || cage.rows[cage.view]) return only(closed);
	return start(closed, { job: "view", name: cage.name, view: cage.view });
}

export function previewed(state: WizardState, preview: NonNullable<NonNullable<WizardState["action"]>["preview"]>): WizardState {
	return state.action ? openPage({ ...state, action: { ...state.action, preview } }, "action") : state;
}
