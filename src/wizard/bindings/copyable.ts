import { cageRows, selectedHome } from "../home/visible.ts";
import type { WizardState } from "../state/state.ts";
import { cursorOf } from "../state/transitions.ts";
import { selectedRow } from "../steps/files/visible-rows.ts";
import { lastRound, whatText } from "../steps/trial/selection.ts";

/** The command or path under the cursor. */
export function copyable(state: WizardState): string | undefined {
	if (state.overlay === "action") return state.action?.preview?.command;
	if (state.overlay === "next") return state.finished?.command;
	switch (state.screen) {
		case "home": {
			const row = selectedHome(state);
			return row?.kind === "cage" ? row.cage.name : undefined;
		}
		case "cage":
			return state.cage?.view === "actions" ? state.cage.name : cageRows(state)[cursorOf(state)]?.text;
		case "files": {
			const path = selectedRow(state)?.path;
			return path === undefined ? undefined : Buffer.from(path, "latin1").toString("utf8");
		}
		case "trial": {
			const missing = lastRound(state)?.missing[cursorOf(state)];
			return missing && whatText(missing);
		}
		case "save":
			return state.finished?.command;
		default:
			return undefined;
	}
}
