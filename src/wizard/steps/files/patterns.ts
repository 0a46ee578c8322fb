import { isWithin, pathFromText } from "../../../core/path/path.ts";
import { only } from "../../reduced.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { kindNumbers, matchPlaces } from "./columns.ts";
import { isInAt } from "./decisions.ts";
import { decide } from "./history.ts";
import { standingOf } from "./pending.ts";
import { say } from "./toggle.ts";

const devices = pathFromText("/dev");

/** A rule that was typed: a path or a pattern to add or to leave out, a folder that becomes writable. */
export function addRule(state: WizardState, kind: "include" | "exclude" | "writable", text: string): Reduced {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	if (kind === "exclude") return excludePattern(state, text);
	// What lies there is made by the launcher and has a rule of its own.
	const name = kind === "include" && isWithin(pathFromText(text), devices) ? "devices" : kind;
	return rules[name].includes(text) ? only(state) : decide(state, { [name]: [...rules[name], text] });
}

function excludePattern(state: WizardState, text: string): Reduced {
	const rules = state.answers?.rules;
	if (!rules || rules.exclude.includes(text)) return only(state);
	const change = { exclude: [...rules.exclude, text] };
	if (!state.plan) return decide(state, change);
	const standing = standingOf(state.plan, state.files.pending);
	const { columns } = standing.model;
	const matches = matchPlaces(columns, [text]);
	const hit: number[] = [];
	for (let at = 0; at < columns.kinds.length; at++) {
		const kind = columns.kinds[at];
		if (kind === kindNumbers.generated || kind === kindNumbers.device || !isInAt(standing, at)) continue;
		if (matches(at) !== undefined) hit.push(at);
	}
	const reduced = decide(state, change, { places: hit, to: "declined" });
	return say(reduced, hit.length ? "many-out" : "pattern-matches-nothing", { count: hit.length, pattern: text });
}
