import { omitUndefined } from "../../../base/collections.ts";
import { type Path, pathFromText } from "../../../base/path/path.ts";
import { aboutOthers } from "../../../plan/host-access.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Rules } from "../../../service/application.ts";
import { type DecisionStep, nothingPending } from "../../state/files-state.ts";
import type { Reduction, WizardState } from "../../state/state.ts";
import { only, start, without } from "../../state/transitions.ts";
import { type DecisionTarget as Decision, withDecided } from "./pending.ts";
import { followRow } from "./visible-rows.ts";

/** The rules that this step can undo. */
const ownRules = [
	"include",
	"exclude",
	"writable",
	"seed",
	"binds",
	"devices",
	"allowSecret",
	"allowSetuid",
	"allowWrite",
	"decoys",
] as const;

/** Decisions that can be undone. */
const mostSteps = 500;

/** Decisions that keep their plan, so that undo shows it at once. */
const mostPlans = 20;

/** Changes the rules, shows the known effect at once, and requests a new plan. */
export function decide(state: WizardState, change: Partial<Rules>, decided?: Decision): Reduction {
	if (!state.answers) return only(state);
	const { rules } = state.answers;
	const next = { ...rules, ...change };
	const { files } = state;
	return plan({
		...without(state, "notice", "question", "prompt"),
		answers: { ...state.answers, rules: next },
		files: {
			...files,
			past: affordable([...files.past, asDecided(state, rules)].slice(-mostSteps)),
			future: [],
			pending: state.plan && decided ? withDecided(files.pending, decided) : files.pending,
			touched: decided && state.tab !== "all" ? [...files.touched, ...pathsOf(decided)] : files.touched,
		},
	});
}

function pathsOf(decided: Decision): readonly Path[] {
	return "folder" in decided ? [decided.folder] : decided.items.map(({ path }) => path);
}

/** Undoes the last decision; its plan is shown at once. */
export function undo(state: WizardState): Reduction | undefined {
	const { future, past } = state.files;
	const last = past.at(-1);
	if (!last || !state.answers) return undefined;
	return restore(state, last, past.slice(0, -1), [...future, asDecided(state, state.answers.rules)]);
}

export function redo(state: WizardState): Reduction | undefined {
	const { future, past } = state.files;
	const next = future.at(-1);
	if (!next || !state.answers) return undefined;
	return restore(state, next, [...past, asDecided(state, state.answers.rules)], future.slice(0, -1));
}

function restore(
	state: WizardState,
	to: DecisionStep,
	past: readonly DecisionStep[],
	future: readonly DecisionStep[],
): Reduction {
	const { answers, files } = state;
	if (!answers) return only(state);
	const own = Object.fromEntries(ownRules.map((name) => [name, to.rules[name]]));
	const rules: Rules = { ...answers.rules, ...own };
	// The same object if nothing changed, because `planFailed` compares by identity.
	const same = (Object.keys(rules) as (keyof Rules)[]).every((name) => rules[name] === to.rules[name]);
	const { planned: _, ...rest } = files;
	const restored = {
		...without(state, "notice"),
		answers: { ...answers, rules: same ? to.rules : rules },
		...(to.shown ? { plan: to.shown.plan } : {}),
		files: {
			...(to.shown ? rest : files),
			...(to.shown?.planned ? { planned: to.shown.planned } : {}),
			pending: to.shown?.pending ?? nothingPending,
			past: affordable(past),
			future: affordable(future),
		},
	};
	return plan(followRow(state, restored));
}

function plan(state: WizardState): Reduction {
	return state.answers ? start(without(state, "goesOn"), { job: "plan", answers: state.answers }) : only(state);
}

function asDecided({ files, plan: shown }: WizardState, rules: Rules): DecisionStep {
	if (!shown) return { rules };
	const { pending, planned } = files;
	return { rules, shown: { plan: shown, pending, ...omitUndefined({ planned }) } };
}

/** Drops the plans of all but the newest decisions. */
function affordable(decided: readonly DecisionStep[]): readonly DecisionStep[] {
	return decided.map((one, at) => (at < decided.length - mostPlans && one.shown ? { rules: one.rules } : one));
}

/** Applies a new plan. Earlier plans are dropped if they came from another trace or lack additions of a trial. */
export function planMade(state: WizardState, made: Plan): WizardState {
	const { resumed: _, ...files } = state.files;
	const stale = state.plan === undefined || state.thenBuild;
	const bare = (all: readonly DecisionStep[]) => (stale ? all.map(({ rules }) => ({ rules })) : all);
	return {
		...without(state, "goesOn"),
		plan: made,
		files: {
			...files,
			pending: nothingPending,
			past: bare(files.past),
			future: bare(files.future),
			...(state.answers ? { planned: state.answers.rules } : {}),
		},
	};
}

/** Restores the rules of the displayed plan, because no plan could be made from the new ones. */
export function planFailed(state: WizardState): WizardState {
	const { goesOn: _, ...stays } = state;
	const { answers, files } = state;
	const { planned } = files;
	if (!state.plan || !answers || !planned) return stays;
	const at = files.past.findIndex(({ rules }) => rules === planned);
	const refused = bindToAllow(state, answers.rules, planned);
	return {
		...(refused ? { ...without(stays, "failure"), question: refused } : stays),
		answers: { ...answers, rules: planned },
		files: { ...files, pending: nothingPending, past: at < 0 ? files.past : files.past.slice(0, at) },
	};
}

/** Asks about the bind that made the plan fail because its directory belongs to others. */
function bindToAllow({ failure }: WizardState, rules: Rules, planned: Rules): WizardState["question"] {
	if (!failure || !aboutOthers.has(failure.code)) return undefined;
	const isNew = ({ access, path }: Rules["binds"][number]) =>
		access === "rw" && !planned.binds.some((bind) => bind.path === path && bind.access === "rw");
	const text = rules.binds.find(isNew)?.path;
	return text === undefined ? undefined : { kind: "write", path: pathFromText(text), text };
}
