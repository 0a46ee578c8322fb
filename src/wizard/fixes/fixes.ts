import { omitUndefined } from "../../base/collections.ts";
import type { Note, Values } from "../../base/failure.ts";
import { dedicatedName } from "../../plan/dedicated.ts";
import type { CheckId } from "../../selftest/outside.ts";
import type { StoppingLayer } from "../../selftest/technique.ts";
import { rankedResults } from "../../selftest/verdict.ts";
import { cageRows, mayPerform } from "../home/visible.ts";
import type { Fix } from "../state/fix.ts";
import type { ActionRequest, Side } from "../state/home.ts";
import type { Form, WizardState } from "../state/state.ts";
import { cursorOf, isBusy } from "../state/transitions.ts";
import type { FieldName, Problem } from "../state/values.ts";
import { reviewRows } from "../steps/build/review.ts";
import { blocking, isAbout } from "../steps/form/fields.ts";

type FixOf = (values: Values, state: Pick<WizardState, "answers" | "home">) => Fix;

/** Leads to a field. `from` names the value that is proposed there. */
function field(name: FieldName, from?: string): FixOf {
	return (values) => {
		const text = from === undefined ? undefined : values[from];
		return { kind: "field", field: name, ...(text === undefined ? {} : { text: String(text) }) };
	};
}

const proposed =
	(name: FieldName, text: string): FixOf =>
	() => ({ kind: "field", field: name, text });

/** Leads to the row with the probe or exercise that the message is about. */
const line =
	(name: "probe" | "exercise", from: string): FixOf =>
	(values) => ({ kind: "field", field: name, ...(values[from] === undefined ? {} : { line: String(values[from]) }) });

const step =
	(name: "choose" | "files" | "accounts"): FixOf =>
	() => ({ kind: "step", step: name });

const at =
	(kind: "exclude" | "mount" | "expose" | "write", from = "path"): FixOf =>
	(values) => ({ kind, path: String(values[from] ?? "") });

/** A variable without a value. Of several, the first. */
const variable =
	(from: string): FixOf =>
	(values) => ({ kind: "field", field: "env", text: `${String(values[from] ?? "").split(/[, ]/)[0]}=` });

const dedicated: FixOf = (_, { answers }) => ({
	kind: "field",
	field: "dedicatedAccount",
	text: dedicatedName(answers?.name ?? ""),
});

/** The account that was refused is not proposed again. */
const otherDedicated: FixOf = ({ account }, { answers }) => {
	const usual = dedicatedName(answers?.name ?? "");
	return { kind: "field", field: "dedicatedAccount", text: account === usual ? dedicatedName(`${answers?.name}-2`) : usual };
};

const finding =
	(place: string): FixOf =>
	(values) => ({ kind: "field", field: "acceptFinding", text: `${values.finding}:${values[place]}` });

/** Installs the package if one is known, otherwise changes the line that needs the program. */
const program =
	(name: "probe" | "exercise"): FixOf =>
	({ package: provider, program: needed }) =>
		provider === undefined
			? { kind: "field", field: name }
			: { kind: "install", programs: [String(needed)], packages: [String(provider)] };

/** The first name with a number that no cage has. */
const otherName: FixOf = ({ name }, { home }) => {
	const base = String(name).replace(/-\d+$/, "");
	const taken = new Set(home?.cages.map((cage) => cage.name));
	let number = 2;
	while (taken.has(`${base}-${number}`) || `${base}-${number}` === name) number++;
	return { kind: "field", field: "name", text: `${base}-${number}` };
};

/** An action of the cage's page. */
const action =
	(name: "edit" | "remove-unit"): FixOf =>
	() => ({ kind: "action", action: name });

/** Moves the service back. If both sides have changed, the cage's version is proposed, because the service ran there last. */
const release =
	(keep?: Side): FixOf =>
	({ service }) => ({ kind: "action", action: "release", value: String(service), ...(keep ? { keep } : {}) });

const newStart: FixOf = () => ({ kind: "new-start" });

/**
 * The one place that decides what a key does about a failure, note or notice. Each code whose text advises an option belongs here
 * (`test/wizard/fixes.test.ts`).
 */
export const fixes: Readonly<Record<string, FixOf>> = {
	// Application
	"name-taken": otherName,
	"bad-name": field("name"),
	"program-not-found": field("command"),
	"ended-itself": field("command"),
	"assignment-before-command": variable("name"),
	"failed-unusable-rootless": field("cwd"),
	"unit-home": field("cwd"),
	"env-invalid": field("env"),
	"attach-env-left-out": variable("names"),
	"unit-environment-file-missing": field("env"),
	"unit-variables-missing": variable("names"),
	"unit-variables-passed": variable("names"),
	"unit-start-pre": field("directory"),
	"failed-on-host-writing": field("directory", "directory"),
	"exercise-timed-out": ({ seconds }) => ({ kind: "field", field: "timeout", text: String(2 * Number(seconds)) }),
	"limit-not-held": proposed("limitProcesses", ""),
	// Probes and exercises
	"no-probe": field("probe"),
	"probe-guess-failed": line("probe", "probe"),
	"probe-refused": line("probe", "probe"),
	"probe-behind-host": field("probe"),
	"probe-unreadable": field("probe"),
	"probe-cannot-run": line("probe", "probe"),
	"probe-proves-nothing": line("probe", "probe"),
	"not-answered-on-host": line("probe", "probe"),
	"not-answered-in-sandbox": line("probe", "probe"),
	"exercise-unreadable": field("exercise"),
	"exercise-fails-in-cage": line("exercise", "probe"),
	"unproven-programs": field("exercise"),
	"minimise-uncounted": field("exercise"),
	"not-answered-in-cage-nothing-missing": field("exercise"),
	"probe-program-missing": program("probe"),
	"exercise-program-missing": program("exercise"),
	"line-program-missing": program("probe"),
	"tool-missing": ({ package: provider, tool }) => ({ kind: "install", programs: [String(tool)], packages: [String(provider)] }),
	// Where it is traced
	"failed-only-in-sandbox": proposed("onHost", "yes"),
	"probe-answered-by-another": proposed("onHost", "no"),
	"sockets-on-host": proposed("onHost", "no"),
	"attach-forbidden": newStart,
	"attach-refused": newStart,
	"attached-ended": newStart,
	"calls-unobserved": () => ({ kind: "trace-again" }),
	"gap-line-dropped": step("files"),
	// Accounts
	"account-unknown": field("user"),
	"account-needs-root": proposed("user", ""),
	"account-word-unknown": step("accounts"),
	"failed-unusable": field("user"),
	"found-account-unknown": field("user"),
	"unit-dynamic-user": field("user"),
	"dedicated-account-root": field("user"),
	"dedicated-account-several": field("user"),
	"dedicated-account-group": otherDedicated,
	"dedicated-account-of-everybody": otherDedicated,
	"dedicated-account-shared": otherDedicated,
	"account-name-invalid": dedicated,
	"account-of-everybody": dedicated,
	"account-owns-elsewhere": dedicated,
	"shares-account-cage": dedicated,
	"shares-account-process": dedicated,
	"needs-account": step("accounts"),
	"opens-sessions": step("accounts"),
	"lockout-unit": step("accounts"),
	"unproven-accounts": step("accounts"),
	// Files
	"unproven-state": step("files"),
	"needs-excluded": step("files"),
	"needs-declined": step("files"),
	"may-need-declined": step("files"),
	"needs-declined-executing": step("files"),
	"plan-path-twice": step("files"),
	"decoys-none": step("files"),
	"allowance-unneeded": step("files"),
	"source-hollow": at("exclude"),
	"syslog-shared": () => ({ kind: "exclude", path: "/dev/log" }),
	"unproven-logs": at("mount"),
	"site-left-out": at("expose"),
	"site-read-only": at("write"),
	// Permissions
	"neighbour-undecided": field("allow", "word"),
	"opening-both": field("allow"),
	"calls-general": proposed("calls", "observed"),
	"shares-port": proposed("network", "none"),
	"unproven-network": () => ({ kind: "field", field: "allow", text: "kernel-proc" }),
	"unit-killed-for": ({ call }) => ({ kind: "field", field: "allow", text: `call:${call}` }),
	"audit-danger": finding("path"),
	"audit-dangers": finding("path"),
	"starts-with-finding": finding("place"),
	// Actions of a cage's page
	"adopt-probe-fails": action("edit"),
	"adopt-socket-alone": action("edit"),
	"adopt-secrets": action("edit"),
	"adopt-too-wide": action("edit"),
	"adopt-file-differs": action("edit"),
	"adopt-network-hidden": action("edit"),
	"client-rejected": action("edit"),
	"client-file-differs": action("edit"),
	"export-whiteout": action("edit"),
	"update-private": action("edit"),
	"adopt-own-unit": action("remove-unit"),
	"cage-has-service": release(),
	"both-changed": release("cage"),
	"configuration-kept": () => ({ kind: "action", action: "update", keep: "host" }),
	// Templates
	"template-unaccepted": step("choose"),
	"parameter-needed": step("choose"),
	"parameter-refused": step("choose"),
};

function fixOf({ code, values }: Note, state: Pick<WizardState, "answers" | "home">): Fix | undefined {
	return Object.hasOwn(fixes, code) ? fixes[code]?.(values, state) : undefined;
}

const refuse = (text: string): Fix => ({ kind: "field", field: "refuse", text });
const ownAccount = (name: string): Fix => ({ kind: "field", field: "dedicatedAccount", text: dedicatedName(name) });

/** What a key does about a technique that escaped, by the layer that should have stopped it. */
export const layerFixes: Readonly<Partial<Record<StoppingLayer, (cage: string) => Fix>>> = {
	capabilities: () => refuse("capability:"),
	"read-only": () => ({ kind: "step", step: "files" }),
	net: () => ({ kind: "field", field: "network", text: "none" }),
	"no-proc": () => refuse("proc"),
	account: ownAccount,
};

export const checkFixes: Readonly<Partial<Record<CheckId, (cage: string) => Fix>>> = {
	capabilities: () => refuse("capability:"),
	account: ownAccount,
};

/** What the key does about the message that is shown now. */
export function currentFix(state: WizardState): Fix | undefined {
	if (state.question || state.prompt || isBusy(state, "trace", "try", "install", "finish", "minimise", "shell", "propose"))
		return undefined;
	if (state.overlay === "action") return fixOfAction(state);
	if (state.overlay) return state.overlay === "selftest" ? fixOfEscape(state) : undefined;
	const message = state.notice ?? state.failure;
	const fix = message && fixOf(message, state);
	if (fix) return fix;
	if (state.screen === "form" && state.form) return fixInForm(state, state.form);
	if (state.screen === "build" && !isBusy(state, "plan")) {
		const { advised, fix } = reviewRows(state)[cursorOf(state)] ?? {};
		return fix ?? (advised && fixOf(advised, state));
	}
	if (state.screen === "cage" && state.cage?.view !== "actions") return fixOfRequest(cageRows(state)[cursorOf(state)]?.request);
	return state.screen === "save" ? firstOf(state.finished?.warnings ?? [], (note) => fixOf(note, state)) : undefined;
}

function fixOfRequest(request: ActionRequest | undefined): Fix | undefined {
	if (!request) return undefined;
	const { cage: _, ...rest } = request;
	return { kind: "action", ...rest };
}

/** The same action with the other side's version. */
function fixOfAction(state: WizardState): Fix | undefined {
	return mayPerform(state) ? fixOfRequest(state.action?.preview?.otherwise) : undefined;
}

/** The field's own problem first, then what blocks the trace, then notes about the application. */
function fixInForm(state: WizardState, form: Form): Fix | undefined {
	const { problems } = form;
	const here = problems.filter((problem) => isAbout(problem, form, form.cursor));
	const ofProblem = firstOf([...here, ...blocking(problems), ...problems], (problem) => {
		const fix = fixOfProblem(problem, state);
		return changes(form, fix) ? fix : undefined;
	});
	return (
		ofProblem ??
		firstOf(state.answers?.notes ?? [], (note) => {
			const fix = fixOf(note, state);
			return fix && changes(form, fix) ? fix : undefined;
		})
	);
}

/** A problem belongs to a field, so there is always one. */
function fixOfProblem(problem: Problem, state: WizardState): Fix {
	const fix = fixOf(problem, state);
	if (fix && (fix.kind !== "field" || fix.text !== undefined)) return fix;
	return { kind: "field", field: problem.field, ...omitUndefined({ line: problem.line }) };
}

/** Whether the key would lead elsewhere or propose another text. */
function changes({ cursor, rows }: Form, fix: Fix): boolean {
	if (fix.kind !== "field") return true;
	const of = rows.filter(({ field }) => field === fix.field);
	if (fix.text !== undefined) return !of.some(({ line }) => line.text.trim() === fix.text);
	return rows[cursor]?.field !== fix.field;
}

function fixOfEscape({ answers, trial }: WizardState): Fix | undefined {
	const { test } = trial.tested ?? {};
	if (!test) return undefined;
	const name = answers?.name ?? "";
	const urgent = rankedResults(test).filter(({ urgency }) => urgency === "act");
	return firstOf(urgent, (result) =>
		result.kind === "check"
			? checkFixes[result.check.id]?.(name)
			: firstOf(result.way.stoppedBy, (layer) => layerFixes[layer]?.(name)),
	);
}

function firstOf<T, R>(all: readonly T[], find: (one: T) => R | undefined): R | undefined {
	for (const one of all) {
		const found = find(one);
		if (found !== undefined) return found;
	}
	return undefined;
}
