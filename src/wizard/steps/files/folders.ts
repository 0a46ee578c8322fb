import { isWithin, type Path, parent, pathToText } from "../../../core/path/path.ts";
import { showPath } from "../../../core/path/quote.ts";
import { mayBeBound } from "../../../core/plan/areas.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { notice, only, without } from "../../transitions.ts";
import { isDangerous } from "./attention.ts";
import { fillAgain, isEmptied, makeEmpty, nextBind } from "./decisions.ts";
import { decide } from "./history.ts";
import { pendingPlanOf } from "./pending.ts";
import { apply, say } from "./toggle.ts";
import { type FileNode, treeOf } from "./tree.ts";

/** The row's folder, or the folder that contains it. */
export function folderOf({ item, kind, path }: FileNode): Path | undefined {
	if (path === undefined) return undefined;
	const isFolder = kind === "folder" || item?.kind === "state" || (item && ["directory", "bind"].includes(item.entry.kind));
	return isFolder ? path : parent(path);
}

/** Cycles a folder from copied to mounted read-only, mounted writable, and copied. */
export function bindFolder(state: WizardState, row: FileNode): Reduced {
	const path = folderOf(row);
	const text = path === undefined ? undefined : pathToText(path);
	const rules = state.answers?.rules;
	if (path === undefined || text === undefined || !rules || !state.plan) return only(notice(state, "no-folder"));
	if (!mayBeBound(path)) return only(notice(state, "bind-never", { path: showPath(path) }));
	// A mounted secret is as exposed as a copied one.
	const isNew = !rules.binds.some((bind) => bind.path === text);
	const holdsSecrets = treeOf(state.plan).items.some(
		({ item, path: own }) => item.kind === "entry" && isDangerous(item.entry) && isWithin(own, path),
	);
	if (isNew && holdsSecrets) return only({ ...without(state, "notice"), question: { kind: "bind", path, text } });
	return bind(state, path);
}

export function bind(state: WizardState, path: Path): Reduced {
	const text = pathToText(path);
	const rules = state.answers?.rules;
	if (text === undefined || !rules) return only(without(state, "question"));
	const binds = nextBind(rules, text);
	const now = binds.find((one) => one.path === text);
	const reduced = decide(state, { binds }, { folder: path, mounted: now !== undefined });
	return say(reduced, now ? `mounted-${now.access}` : "mounted-not", { path: showPath(path) });
}

/** Empties a folder, or restores its content. */
export function emptyFolder(state: WizardState, row: FileNode): Reduced {
	const path = row.kind === "item" && row.item?.kind === "entry" && row.item.entry.kind === "file" ? undefined : folderOf(row);
	const text = path === undefined ? undefined : pathToText(path);
	const rules = state.answers?.rules;
	if (path === undefined || text === undefined || !rules || !state.plan) return only(notice(state, "no-folder"));
	const current = pendingPlanOf(state.plan, state.files.pending);
	const values = { path: showPath(path) };
	const isState = row.item?.kind === "state";
	if (isEmptied(rules, text)) {
		return say(apply(state, fillAgain(current, rules, path, text)), isState ? "state-as-found" : "filled-again", values);
	}
	return say(apply(state, makeEmpty(current, rules, path, text)), isState ? "state-empty" : "made-empty", values);
}
