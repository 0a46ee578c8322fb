import type { Command } from "../../bindings.ts";
import type { WizardState } from "../../state.ts";
import { isFiltered, selectedRow } from "./shown.ts";
import { totalsNow } from "./totals-now.ts";
import { folderOf } from "./whole-folders.ts";

/** Whether a key of this step would do something to the selected row. */
export function isOfferedInFiles(state: WizardState, command: Command): boolean {
	const row = selectedRow(state);
	switch (command) {
		case "open":
			return !isFiltered(state) && (row?.children.length ?? 0) > 0;
		case "next-waiting":
			return totalsNow(state).attention > 0;
		case "shut-or-back":
			return true;
		case "undo":
			return state.files.past.length > 0;
		case "package":
			return row?.item?.kind === "entry" && row.item.entry.package !== undefined;
		case "kind":
			return row?.item?.kind === "entry";
		case "writable":
			return row !== undefined && folderOf(row) !== undefined;
		case "bind":
		case "empty":
			return row !== undefined && row.kind !== "group" && folderOf(row) === row.path;
		default:
			return row !== undefined;
	}
}
