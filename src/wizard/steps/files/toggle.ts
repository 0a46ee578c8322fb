import type { Rules } from "../../../core/application/application.ts";
import { type Path, pathToText } from "../../../core/path/path.ts";
import { showPath } from "../../../core/path/quote.ts";
import { notice, only, without } from "../../reduced.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { type OwnYes, questionOf } from "./attention.ts";
import { facts, kindNumbers } from "./columns.ts";
import { behindLink, type Places } from "./cover.ts";
import {
	allowOne,
	type Change,
	fillAgain,
	freedomOf,
	isEmptied,
	isFreeAt,
	isIn,
	isInAt,
	leaveOut,
	makeEmpty,
	takeIn,
} from "./decisions.ts";
import { decide } from "./history.ts";
import { modelOf } from "./model.ts";
import type { FileNode, Item } from "./nodes.ts";
import { type Standing, standingOf } from "./pending.ts";

/** In or out: an item, or all of a group or a folder. */
export function toggle(state: WizardState, row: FileNode): Reduced {
	if (row.kind !== "item") return decideAlike(state, placesOf(row), row.kind === "folder" ? row.path : undefined);
	const { answers, plan } = state;
	if (!answers || !plan || !row.item) return only(state);
	const standing = standingOf(plan, state.files.pending);
	const { rules } = answers;
	const path = showPath(row.item.path);
	const text = pathToText(row.item.path);
	if (text === undefined) return only(notice(state, "name-not-text", { path }));
	if (row.item.kind === "state") return toggleState(state, standing, row.item, text);
	const { entry } = row.item;
	const included = isIn(standing, row);
	switch (freedomOf(standing, row, rules)) {
		case "free":
			if (!included) return apply(state, takeIn(standing, rules, [row.at]));
			return leaveOutOne(state, standing, rules, row);
		case "own-yes":
			return only({ ...without(state, "notice"), question: { kind: questionOf(entry) ?? "secret", path: entry.path, text } });
		case "fixed":
			return only(
				notice(state, included ? `${entry.kind === "device" ? "device" : "generated"}-always` : "device-never", { path }),
			);
	}
}

function leaveOutOne(state: WizardState, standing: Standing, rules: Rules, row: FileNode): Reduced {
	const change = leaveOut(standing, rules, [row.at]);
	const along = behindLink(standing.model, row).filter((at) => isInAt(standing, at));
	if (!along.length) return apply(state, change);
	const decided = { places: [...change.decided.places, ...along], to: "declined" } as const;
	return say(apply(state, { ...change, decided }), "link-leads", { path: showPath(row.path as Path), count: along.length });
}

/** Of state the host's content is in or out; the directory itself is what the application needs. */
function toggleState(state: WizardState, standing: Standing, item: Extract<Item, { kind: "state" }>, text: string): Reduced {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	const values = { path: showPath(item.path) };
	if (isEmptied(rules, text)) return say(apply(state, fillAgain(standing, rules, item.path, text)), "state-as-found", values);
	if (item.directory.seeds.length || rules.seed.includes(text)) {
		return say(apply(state, makeEmpty(standing, rules, item.path, text)), "state-empty", values);
	}
	return say(decide(state, { seed: [...rules.seed, text] }), "state-seeded", values);
}

/** Of all items at or below a row. */
export function placesOf({ at, sums }: FileNode): Places {
	const places: number[] = [];
	for (let place = at; place < at + sums.items; place++) places.push(place);
	return places;
}

/** Many at once: in where one of them stays out, else out. Secrets and setuid files are left aside. */
export function decideAlike(state: WizardState, places: Places, top?: Path): Reduced {
	const { answers, plan } = state;
	if (!answers || !plan) return only(state);
	const standing = standingOf(plan, state.files.pending);
	const { columns } = standing.model;
	const isFree = (at: number) => isFreeAt(standing, at, answers.rules);
	const isEntry = (at: number) => ((columns.facts[at] as number) & facts.entry) !== 0;
	// Where nothing can go out either, it is said what would have to come in.
	const comesIn =
		places.some((at) => isEntry(at) && !isInAt(standing, at) && isFree(at)) ||
		!places.some((at) => isInAt(standing, at) && isFree(at));
	const change = comesIn ? takeIn(standing, answers.rules, places) : leaveOut(standing, answers.rules, places, top);
	return applyMany(state, change, comesIn);
}

export function decidePackage(state: WizardState, row: FileNode): Reduced {
	const name = packageOf(row);
	if (name === undefined || !state.plan) return only(notice(state, "no-package"));
	const { packageNames, packages } = modelOf(state.plan).columns;
	return decideAlike(state, placesOfValue(packages, packageNames.get(name) ?? -1));
}

const packageOf = ({ item }: FileNode) => (item?.kind === "entry" ? item.entry.package?.name : undefined);

export function decideKind(state: WizardState, row: FileNode): Reduced {
	if (row.item?.kind !== "entry" || !state.plan) return only(notice(state, "no-kind"));
	const { kind } = row.item.entry;
	return decideAlike(state, placesOfValue(modelOf(state.plan).columns.kinds, kindNumbers[kind]));
}

function placesOfValue(column: Int32Array | Uint8Array, value: number): Places {
	const places: number[] = [];
	for (let at = 0; at < column.length; at++) if (column[at] === value) places.push(at);
	return places;
}

/** Yes to one secret, one setuid file, one device: never to all of them at once. */
export function allow(state: WizardState, kind: OwnYes, path: Path): Reduced {
	const { answers, plan } = state;
	const node = plan && modelOf(plan).byPath.get(path);
	if (!answers || !node) return only(without(state, "question"));
	return apply(state, allowOne(standingOf(plan, state.files.pending), answers.rules, kind, node));
}

/** A single decision: the row shows it, so only what is more than that is said. */
export function apply(state: WizardState, change: Change): Reduced {
	const reduced = decide(state, change.rules, change.decided);
	const [pattern] = change.replaced;
	return pattern === undefined ? reduced : say(reduced, "pattern-replaced", { pattern });
}

function applyMany(state: WizardState, change: Change, comesIn: boolean): Reduced {
	const { aside, decided, fixed } = change;
	if (!decided.places.length) return only(notice(state, aside ? "only-aside" : "nothing-to-decide", { aside, fixed }));
	const code = comesIn ? (aside ? "many-in-aside" : "many-in") : "many-out";
	return say(decide(state, change.rules, decided), code, { count: decided.places.length, aside });
}

export function say(reduced: Reduced, code: string, values: Readonly<Record<string, string | number>>): Reduced {
	return { ...reduced, state: notice(reduced.state, code, values) };
}
