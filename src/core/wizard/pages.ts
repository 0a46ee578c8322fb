import type { Command } from "./bindings.ts";
import { type Move, moveCursor } from "./list.ts";
import { only, without } from "./reduced.ts";
import type { Page, Reduced, WizardState } from "./state.ts";

/** Pages that lie over a screen and can be scrolled. */

/** Until a page was drawn, nobody knows how long it is; the measuring puts right what went too far. */
const unknownEnd = Number.MAX_SAFE_INTEGER;

export function pageOf(command: Command | undefined): Page | undefined {
	return command === "keys" || command === "why" || command === "commands" ? command : undefined;
}

/** Of the commands that ran the newest come last, and are what one wants to see. */
export function openPage(state: WizardState, page: Page): WizardState {
	return { ...without(state, "notice", "scrollEnd"), overlay: page, scroll: page === "commands" ? unknownEnd : 0 };
}

export function reducePage(state: WizardState, command: Command | undefined, move: Move | undefined): Reduced {
	const page = pageOf(command);
	if (page) return only(openPage(state, page));
	if (command === "close") return only(without(state, "overlay", "scrollEnd"));
	if (move === undefined) return only(state);
	// Title, header and footer are no part of what moves.
	const room = Math.max(2, state.size.rows - 7);
	return only({ ...state, scroll: moveCursor(state.scroll, move, (state.scrollEnd ?? unknownEnd - 1) + 1, room) });
}

/** A page that grows keeps its place, and its end where it stood there. */
export function measured(state: WizardState, scrollEnd: number): WizardState {
	const stoodAtEnd = state.overlay === "commands" && state.scroll === state.scrollEnd;
	const scroll = stoodAtEnd ? scrollEnd : Math.min(state.scroll, scrollEnd);
	return scroll === state.scroll && scrollEnd === state.scrollEnd ? state : { ...state, scroll, scrollEnd };
}
