import type { Path } from "../../../src/base/path/path.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { treeOf } from "../../../src/wizard/steps/files/tree.ts";
import { reveal, visibleRows } from "../../../src/wizard/steps/files/visible-rows.ts";
import { redis } from "../../ui/scripted-session.ts";
import { atFiles, type Drive, planned } from "../drive.ts";

export function select(wizard: Drive, path: string): Drive {
	const node = treeOf(wizard.state.plan as Plan).byPath.get(path as Path);
	if (!node) throw new Error(`no ${path} in the plan`);
	wizard.state = reveal(wizard.state, node);
	return wizard;
}

/** Moves the cursor to a group or folder and opens the group. */
export function selectRow(wizard: Drive, id: string): Drive {
	const [group = ""] = id.split(" ");
	wizard.state = { ...wizard.state, files: { ...wizard.state.files, opened: [...wizard.state.files.opened, group] } };
	const at = visibleRows(wizard.state).findIndex((row) => row.id === id);
	if (at < 0) throw new Error(`no row ${id}`);
	wizard.state = { ...wizard.state, cursors: { ...wizard.state.cursors, files: at } };
	return wizard;
}

/** Paths of pending decisions. */
export const decidedNow = ({ state }: Drive): readonly Path[] => [...state.files.pending.decisions.keys()];

export const rulesOf = (wizard: Drive) => (wizard.state.answers ?? redis).rules;

export { atFiles, planned };
