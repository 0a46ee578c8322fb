import type { Command } from "./bindings.ts";
import { openPage } from "./pages.ts";
import { ask, cursorOf, isBusy, only, start } from "./reduced.ts";
import type { Reduced, WizardState } from "./state.ts";

/** What can still be done once the cage stands. */
export const saveItems = ["end", "template", "unit"] as const;
export type SaveItem = (typeof saveItems)[number];

export function reduceSave(state: WizardState, command: Command): Reduced {
	if (command !== "pick" || isBusy(state, "finish", "template", "unit")) return only(state);
	const { answers } = state;
	if (!state.finished) return answers ? start(state, { job: "finish", answers }) : only(state);
	switch (saveItems[cursorOf(state)]) {
		case "end":
			return only({ ...state, exit: 0 });
		case "template":
			return ask(state, "template", answers?.template ?? answers?.name ?? "");
		case "unit":
			return state.unit === undefined ? start(state, { job: "unit" }) : only(openPage(state, "unit"));
		default:
			return only(state);
	}
}
