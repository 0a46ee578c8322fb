import type { Values } from "../../../base/failure.ts";
import { isWithin, type Path, parent, pathFromText, pathToText } from "../../../base/path/path.ts";
import { showPath } from "../../../base/path/quote.ts";
import { mayBeBound } from "../../../plan/areas.ts";
import { chosenDecoys, isDecoy } from "../../../plan/decoys.ts";
import { matchPaths } from "../../../plan/rules.ts";
import type { Rules } from "../../../service/application.ts";
import type { Reduction, WizardState } from "../../state/state.ts";
import { notice, only, without } from "../../state/transitions.ts";
import { type Consent, isDangerous, questionOf } from "./attention.ts";
import {
	allowOne,
	behindLink,
	type Change,
	fillAgain,
	freedomOf,
	isEmptied,
	isIn,
	kindOf,
	leaveOut,
	makeEmpty,
	nextBind,
	takeIn,
} from "./decisions.ts";
import { decide } from "./history.ts";
import { type PendingPlan, pendingPlanOf } from "./pending.ts";
import { type FileNode, type Item, type ItemNode, isItem, itemsOf, treeOf } from "./tree.ts";

/** Includes or leaves out an item, group or folder. */
export function toggle(state: WizardState, row: FileNode): Reduction {
	if (!isItem(row)) return decideAlike(state, itemsOf(row), row.path);
	const { answers, plan } = state;
	if (!answers || !plan) return only(state);
	const current = pendingPlanOf(plan, state.files.pending);
	const { rules } = answers;
	const path = showPath(row.item.path);
	const text = pathToText(row.item.path);
	if (text === undefined) return only(notice(state, "name-not-text", { path }));
	if (row.item.kind === "state") return toggleState(state, current, row.item, text);
	const { entry } = row.item;
	const included = isIn(current, row);
	switch (freedomOf(current, row, rules)) {
		case "free":
			if (!included) return apply(state, takeIn(current, rules, [row]));
			return leaveOutOne(state, current, rules, row);
		case "consent":
			return only({ ...without(state, "notice"), question: { kind: questionOf(entry) ?? "secret", path: entry.path, text } });
		case "fixed":
			if (included && isDecoy(entry)) return only(notice(state, "decoy-always", { path }));
			return only(
				notice(state, included ? `${entry.kind === "device" ? "device" : "generated"}-always` : "device-never", { path }),
			);
	}
}

/** Places decoys, or takes all of them away. The plan chooses the places. */
export function toggleDecoys(state: WizardState): Reduction {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	if (rules.decoys.length) return say(decide(state, { decoys: [] }), "decoys-removed", {});
	return say(decide(state, { decoys: [chosenDecoys] }), "decoys-placed", {});
}

function leaveOutOne(state: WizardState, current: PendingPlan, rules: Rules, row: ItemNode): Reduction {
	const change = leaveOut(current, rules, [row]);
	const along = behindLink(current.tree, row).filter((node) => isIn(current, node));
	if (!along.length) return apply(state, change);
	const decided = { items: [...change.decided.items, ...along], to: "declined" } as const;
	return say(apply(state, { ...change, decided }), "link-leads", { path: showPath(row.path), count: along.length });
}

/** Toggles only the host's content; the directory itself is needed. */
function toggleState(state: WizardState, current: PendingPlan, item: Extract<Item, { kind: "state" }>, text: string): Reduction {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	const values = { path: showPath(item.path) };
	if (isEmptied(rules, text)) return say(apply(state, fillAgain(current, rules, item.path, text)), "state-as-found", values);
	if (item.directory.seeds.length || rules.seed.includes(text)) {
		return say(apply(state, makeEmpty(current, rules, item.path, text)), "state-empty", values);
	}
	return say(decide(state, { seed: [...rules.seed, text] }), "state-seeded", values);
}

/**
 * Includes the items if one of them is left out, else leaves them out. Skips items that need consent. If
 * `row` is left out, leaves out nothing.
 */
export function decideAlike(state: WizardState, items: readonly ItemNode[], top?: Path, row?: FileNode): Reduction {
	const { answers, plan } = state;
	if (!answers || !plan) return only(state);
	const current = pendingPlanOf(plan, state.files.pending);
	const isFree = (node: ItemNode) => freedomOf(current, node, answers.rules) === "free";
	// If nothing can be left out either, the notice explains what needs consent.
	const comesIn =
		(row && !isIn(current, row)) ||
		items.some((node) => node.item.kind === "entry" && !isIn(current, node) && isFree(node)) ||
		!items.some((node) => isIn(current, node) && isFree(node));
	const change = comesIn ? takeIn(current, answers.rules, items) : leaveOut(current, answers.rules, items, top);
	return applyMany(state, change, comesIn);
}

export function decidePackage(state: WizardState, row: FileNode): Reduction {
	const name = packageOf(row);
	if (name === undefined || !state.plan) return only(notice(state, "no-package"));
	const items = treeOf(state.plan).items.filter((node) => packageOf(node) === name);
	return decideAlike(state, items, undefined, row);
}

const packageOf = ({ item }: FileNode) => (item?.kind === "entry" ? item.entry.package?.name : undefined);

export function decideKind(state: WizardState, row: FileNode): Reduction {
	const kind = kindOf(row);
	if (kind === undefined || !state.plan) return only(notice(state, "no-kind"));
	const items = treeOf(state.plan).items.filter((node) => kindOf(node) === kind);
	return decideAlike(state, items, undefined, row);
}

const devices = pathFromText("/dev");

/** Adds a typed rule: a path or pattern to include or leave out, or a writable folder. */
export function addRule(state: WizardState, kind: "include" | "exclude" | "writable", text: string): Reduction {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	if (kind === "exclude") return excludePattern(state, rules, text);
	// Devices have their own rule, because the launcher creates them.
	const name = kind === "include" && isWithin(pathFromText(text), devices) ? "devices" : kind;
	return rules[name].includes(text) ? only(state) : decide(state, { [name]: [...rules[name], text] });
}

function excludePattern(state: WizardState, rules: Rules, text: string): Reduction {
	if (rules.exclude.includes(text)) return only(state);
	const change = { exclude: [...rules.exclude, text] };
	if (!state.plan) return decide(state, change);
	const current = pendingPlanOf(state.plan, state.files.pending);
	const matches = matchPaths([text]);
	const hit = current.tree.items.filter(
		(node) => !["generated", "device"].includes(kindOf(node) ?? "") && isIn(current, node) && matches(node.path) !== undefined,
	);
	const reduced = decide(state, change, { items: hit, to: "declined" });
	return say(reduced, hit.length ? "many-out" : "pattern-matches-nothing", { count: hit.length, pattern: text });
}

/** Consent to one secret, setuid file or device. */
export function allow(state: WizardState, kind: Consent, path: Path): Reduction {
	const { answers, plan } = state;
	const node = plan && treeOf(plan).byPath.get(path);
	if (!answers || !node) return only(without(state, "question"));
	return apply(state, allowOne(pendingPlanOf(plan, state.files.pending), answers.rules, kind, node));
}

/** The row shows a single decision, so only replaced patterns need a notice. */
function apply(state: WizardState, change: Change): Reduction {
	const reduced = decide(state, change.rules, change.decided);
	const [pattern] = change.replaced ?? [];
	return pattern === undefined ? reduced : say(reduced, "pattern-replaced", { pattern });
}

function applyMany(state: WizardState, change: Change, comesIn: boolean): Reduction {
	const { skipped = 0, decided, fixed = 0 } = change;
	if (!decided.items.length) return only(notice(state, skipped ? "only-skipped" : "nothing-to-decide", { skipped, fixed }));
	const code = comesIn ? (skipped ? "many-in-skipped" : "many-in") : "many-out";
	return say(decide(state, change.rules, decided), code, { count: decided.items.length, skipped });
}

function say(reduced: Reduction, code: string, values: Values): Reduction {
	return { ...reduced, state: notice(reduced.state, code, values) };
}

/** The row's folder, or the folder that contains it. */
export function folderOf({ item, kind, path }: FileNode): Path | undefined {
	if (path === undefined) return undefined;
	const isFolder = kind === "folder" || item?.kind === "state" || (item && ["directory", "bind"].includes(item.entry.kind));
	return isFolder ? path : parent(path);
}

/** Cycles a folder from copied to mounted read-only, mounted writable, and copied. */
export function bindFolder(state: WizardState, row: FileNode): Reduction {
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

export function bind(state: WizardState, path: Path): Reduction {
	const text = pathToText(path);
	const rules = state.answers?.rules;
	if (text === undefined || !rules) return only(without(state, "question"));
	const binds = nextBind(rules, text);
	const now = binds.find((one) => one.path === text);
	const reduced = decide(state, { binds }, { folder: path, mounted: now !== undefined });
	return say(reduced, now ? `mounted-${now.access}` : "mounted-not", { path: showPath(path) });
}

/** Mounts a folder of persons or other services writable. */
export function bindWritable(state: WizardState, path: Path, text: string): Reduction {
	const rules = state.answers?.rules;
	if (!rules) return only(without(state, "question"));
	const others = rules.binds.filter((one) => one.path !== text);
	const change = { binds: [...others, { path: text, access: "rw" as const }], allowWrite: [...rules.allowWrite, text] };
	return say(decide(state, change, { folder: path, mounted: true }), "mounted-rw", { path: showPath(path) });
}

/** Empties a folder, or restores its content. */
export function emptyFolder(state: WizardState, row: FileNode): Reduction {
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
