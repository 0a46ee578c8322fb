import type { Command } from "../state/command.ts";
import type { Key } from "../state/keys.ts";
import { isMove, moveCursor } from "../state/list.ts";
import type { Page, Reduction, WizardState } from "../state/state.ts";
import { editLine, textLine } from "../state/text-line.ts";
import { only, openPage, unknownEnd, without } from "../state/transitions.ts";
import { consented } from "../steps/choose/reduce.ts";

export function pageOf(command: Command | undefined): Page | undefined {
	return command === "keys" || command === "why" || command === "commands" ? command : undefined;
}

export function reducePage(state: WizardState, command: Command | undefined): Reduction {
	const page = pageOf(command);
	if (page) return only(openOver(state, page));
	switch (command) {
		case "yes":
			return consented(state);
		case "close":
			return only(state.covered ? openPage(state, state.covered) : without(state, "overlay", "scrollEnd", "find"));
		case "search":
			return only({ ...without(state, "find"), prompt: { kind: "find", line: textLine("") } });
		case "next-match":
			return only(goToMatch(state, (rows, at) => rows.find((row) => row > at) ?? rows[0]));
		case "previous-match":
			return only(goToMatch(state, (rows, at) => rows.findLast((row) => row < at) ?? rows.at(-1)));
	}
	if (!isMove(command)) return only(state);
	// Rows for header, title and footer.
	const room = Math.max(2, state.size.rows - 7);
	return only({ ...state, scroll: moveCursor(state.scroll, command, (state.scrollEnd ?? unknownEnd - 1) + 1, room) });
}

/** Covers a page of the screen. Keys, explanation and commands replace each other. */
function openOver(state: WizardState, page: Page): WizardState {
	const { overlay } = state;
	const covered = overlay === "keys" || overlay === "why" || overlay === "commands" ? state.covered : overlay;
	return { ...openPage(state, page), ...(covered ? { covered } : {}) };
}

export function reduceFind(state: WizardState, key: Key, command: Command | undefined): Reduction {
	const { prompt } = state;
	if (!prompt) return only(state);
	if (command === "submit") return only(without(state, "prompt"));
	if (command === "close") return only(without(state, "prompt", "find"));
	const line = editLine(prompt.line, key);
	if (!line) return only(state);
	const typed: WizardState = { ...without(state, "find"), prompt: { ...prompt, line } };
	return only(line.text === "" ? typed : { ...typed, find: { text: line.text, rows: [], at: -1 } });
}

function goToMatch(state: WizardState, next: (rows: readonly number[], at: number) => number | undefined): WizardState {
	const { find } = state;
	if (!find) return state;
	// The key arrived in the same read as the search text, before the page was measured.
	if (find.at < 0) return { ...state, find: { ...find, ahead: (find.ahead ?? 0) + 1 } };
	const at = next(find.rows, find.at);
	if (at === undefined) return state;
	return { ...state, find: { ...find, at }, scroll: Math.min(at, state.scrollEnd ?? at) };
}

/** A growing page keeps its position, or its end if it was there. Jumps to the first match once the page is measured. */
export function measured(state: WizardState, scrollEnd: number, found: readonly number[]): WizardState {
	const followed = (state.overlay === "commands" || state.overlay === "output") && state.scroll === state.scrollEnd;
	const scroll = followed ? scrollEnd : Math.min(state.scroll, scrollEnd);
	const { find } = state;
	if (find && find.rows.join() !== found.join()) {
		const from = find.at < 0 ? scroll : find.at;
		const first = Math.max(
			0,
			found.findIndex((row) => row >= from),
		);
		const at = found[(first + (find.ahead ?? 0)) % Math.max(1, found.length)] ?? -1;
		const { ahead: _, ...rest } = find;
		return { ...state, scrollEnd, find: { ...rest, rows: found, at }, scroll: at < 0 ? scroll : Math.min(at, scrollEnd) };
	}
	return scroll === state.scroll && scrollEnd === state.scrollEnd ? state : { ...state, scroll, scrollEnd };
}
