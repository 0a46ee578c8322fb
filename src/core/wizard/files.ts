import fuzzysort from "fuzzysort";
import type { Rules } from "../application/application.ts";
import { type Path, pathFromText, pathToText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Entry, Plan, WritableDirectory } from "../plan/plan.ts";
import { matchPaths } from "../plan/rules.ts";
import { escapeGlob } from "../template/from-cage.ts";
import type { Command } from "./bindings.ts";
import { ask, go, notice, only, setCursor, start, without } from "./reduced.ts";
import type { FileTab, Reduced, WizardState } from "./state.ts";
import { fileTabs } from "./state.ts";

export type FileRow =
	| { readonly kind: "entry"; readonly path: Path; readonly entry: Entry }
	| { readonly kind: "state"; readonly path: Path; readonly directory: WritableDirectory };

const deciding = ["secret", "setuid", "device", "refused-device"] as const;

/** True where a person has to look: it was wanted, and is left out until somebody says yes. */
export function needsAttention(entry: Entry): boolean {
	return entry.decision === "declined"
		? deciding.some((risk) => entry.risks.includes(risk))
		: entry.risks.includes("secret") || entry.risks.includes("setuid");
}

const belongs: Readonly<Record<Exclude<FileTab, "all" | "state">, (entry: Entry) => boolean>> = {
	attention: needsAttention,
	files: (entry) => entry.kind === "file",
	links: (entry) => entry.kind === "symlink",
	directories: (entry) => entry.kind === "directory" || entry.kind === "bind",
	devices: (entry) => entry.kind === "device" || entry.kind === "socket",
	generated: (entry) => entry.kind === "generated",
};

export function rowsOfTab(plan: Plan, tab: FileTab): readonly FileRow[] {
	const state = () => plan.writable.map((directory): FileRow => ({ kind: "state", path: directory.path, directory }));
	if (tab === "state") return state();
	const rows = (entries: readonly Entry[]) => entries.map((entry): FileRow => ({ kind: "entry", path: entry.path, entry }));
	if (tab !== "all") return rows(plan.entries.filter(belongs[tab]));
	// What needs a decision first; directories last, they are only what leads to the rest.
	const rank = (entry: Entry) => (needsAttention(entry) ? 0 : entry.kind === "device" ? 1 : entry.kind === "directory" ? 3 : 2);
	return [...rows([...plan.entries].sort((a, b) => rank(a) - rank(b))), ...state()];
}

const remembered = new WeakMap<Plan, { key: string; rows: readonly FileRow[] }>();

/** The rows to choose from: of the tab, narrowed by what was searched for. Remembered, because each frame and each key asks for it. */
export function shownRows(state: WizardState): readonly FileRow[] {
	const { plan, tab } = state;
	if (!plan) return [];
	const query = state.queries.files ?? "";
	const key = `${tab} ${query}`;
	const known = remembered.get(plan);
	if (known?.key === key) return known.rows;
	const all = rowsOfTab(plan, tab);
	const rows =
		query === ""
			? all
			: fuzzysort
					.go(
						query,
						all.map((row) => ({ row, text: showPath(row.path) })),
						{ key: "text", threshold: 0.3 },
					)
					.map((result) => result.obj.row);
	remembered.set(plan, { key, rows });
	return rows;
}

export function selectedRow(state: WizardState): FileRow | undefined {
	return shownRows(state)[state.cursors.files ?? 0];
}

export interface Totals {
	readonly files: number;
	readonly bytes: number;
	readonly links: number;
	readonly directories: number;
	readonly devices: number;
	readonly leftOut: number;
	readonly attention: number;
}

export function totalsOf(plan: Plan): Totals {
	const taken = plan.entries.filter((entry) => entry.decision === "include");
	const count = (test: (entry: Entry) => boolean) => taken.filter(test).length;
	const files = taken.filter((entry) => entry.kind === "file" || entry.kind === "generated");
	return {
		files: files.length,
		bytes: files.reduce((sum, entry) => sum + entry.size, 0),
		links: count((entry) => entry.kind === "symlink"),
		directories: count((entry) => entry.kind === "directory"),
		devices: count((entry) => entry.kind === "device"),
		leftOut: plan.entries.length - taken.length,
		attention: plan.entries.filter((entry) => entry.decision === "declined" && needsAttention(entry)).length,
	};
}

export function reduceFiles(state: WizardState, command: Command): Reduced {
	const row = selectedRow(state);
	switch (command) {
		case "go-on":
			// A plan that is being made anew must be the one that the next step shows.
			return state.plan && state.jobs.plan === undefined ? only(go(state, "accounts")) : only(state);
		case "back":
			return only(go(state, "trace"));
		case "toggle":
			return row ? toggle(state, row) : only(state);
		case "next-tab":
		case "previous-tab": {
			const step = command === "next-tab" ? 1 : fileTabs.length - 1;
			const tab = fileTabs[(fileTabs.indexOf(state.tab) + step) % fileTabs.length] ?? "all";
			return only(setCursor({ ...without(state, "notice"), tab }, 0));
		}
		case "search":
			return ask(state, "search", state.queries.files ?? "");
		case "include":
			return ask(state, "include");
		case "writable":
			return ask(state, "writable");
		case "exclude":
			return ask(state, "exclude", row ? folderGlob(row.path) : "");
		default:
			return only(state);
	}
}

function folderGlob(path: Path): string {
	const text = pathToText(path) ?? "";
	return `${escapeGlob(text.slice(0, text.lastIndexOf("/")))}/**`;
}

/** Changes the rules and asks for the plan that follows from them. */
export function decide(state: WizardState, change: Partial<Rules>): Reduced {
	if (!state.answers) return only(state);
	const answers = { ...state.answers, rules: { ...state.answers.rules, ...change } };
	return start({ ...without(state, "notice", "question", "prompt"), answers }, { job: "plan", answers });
}

function toggle(state: WizardState, row: FileRow): Reduced {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	if (row.kind === "state") return only(notice(state, "state-not-toggled"));
	const { entry } = row;
	const text = pathToText(entry.path);
	const shown = { path: showPath(entry.path) };
	if (text === undefined) return only(notice(state, "name-not-text", shown));
	return entry.decision === "include" ? leaveOut(state, rules, entry, text) : takeIn(state, rules, entry, text);
}

function leaveOut(state: WizardState, rules: Rules, entry: Entry, text: string): Reduced {
	const less = (list: readonly string[]) => list.filter((one) => one !== text);
	if (entry.kind === "device") {
		if (rules.devices.includes(text)) return decide(state, { devices: less(rules.devices) });
		return only(notice(state, "device-always", { path: showPath(entry.path) }));
	}
	if (entry.kind === "generated") return only(notice(state, "generated-always", { path: showPath(entry.path) }));
	if (entry.kind === "directory") return only(notice(state, "directory-follows", { path: showPath(entry.path) }));
	if (entry.kind === "bind" && rules.binds.some((bind) => bind.path === text)) {
		return decide(state, { binds: rules.binds.filter((bind) => bind.path !== text) });
	}
	if (rules.allowSecret.includes(text)) return decide(state, { allowSecret: less(rules.allowSecret) });
	if (rules.allowSetuid.includes(text)) return decide(state, { allowSetuid: less(rules.allowSetuid) });
	return decide(state, { include: less(rules.include), exclude: [...rules.exclude, escapeGlob(text)] });
}

function takeIn(state: WizardState, rules: Rules, entry: Entry, text: string): Reduced {
	const path = showPath(entry.path);
	if (entry.risks.includes("refused-device")) return only(notice(state, "device-never", { path }));
	const exact = escapeGlob(text);
	if (rules.exclude.includes(exact)) {
		return decide(state, { exclude: rules.exclude.filter((one) => one !== exact) });
	}
	const broader = matchPaths(rules.exclude)(pathFromText(text));
	if (broader !== undefined) {
		// One pattern that leaves out many is taken back as a whole, and the notice says so.
		const reduced = decide(state, { exclude: rules.exclude.filter((one) => one !== broader) });
		return { ...reduced, state: notice(reduced.state, "pattern-removed", { pattern: broader }) };
	}
	for (const kind of ["secret", "setuid", "device"] as const) {
		if (entry.risks.includes(kind) && !isAllowed(rules, kind, text)) {
			return only({ ...without(state, "notice"), question: { kind, path: entry.path, text } });
		}
	}
	return only(notice(state, "left-out-otherwise", { path }));
}

function isAllowed(rules: Rules, kind: "secret" | "setuid" | "device", text: string): boolean {
	return { secret: rules.allowSecret, setuid: rules.allowSetuid, device: rules.devices }[kind].includes(text);
}

/** Yes to one secret, one setuid file, one device: never to all of them at once. */
export function allow(state: WizardState, kind: "secret" | "setuid" | "device", text: string): Reduced {
	const rules = state.answers?.rules;
	if (!rules) return only(state);
	if (kind === "device") return decide(state, { devices: [...rules.devices, text] });
	if (kind === "secret") return decide(state, { allowSecret: [...rules.allowSecret, text] });
	return decide(state, { allowSetuid: [...rules.allowSetuid, text] });
}
