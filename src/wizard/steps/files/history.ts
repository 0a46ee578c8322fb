import type { Rules } from "../../../core/application/application.ts";
import type { Path } from "../../../core/path/path.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import type { Reduced, WizardState } from "../../state.ts";
import { only, start, without } from "../../transitions.ts";
import { followRow } from "./cursor.ts";
import { type Decided as Decision, nothingPending, withDecided } from "./pending.ts";
import type { Decided } from "./state.ts";

/** The rules that are decided in this step. Those of other steps are none of its undoing. */
const ownRules = ["include", "exclude", "writable", "seed", "binds", "devices", "allowSecret", "allowSetuid"] as const;

/** Decisions that can be taken back. */
const mostSteps = 500;

/** Decisions whose plans are kept, to show them at once when a decision is taken back. An older decision waits for the next plan. */
const mostPlans = 20;

/** Changes the rules, shows what is known of it at once, and asks for the plan that follows from them. */
export function decide(state: WizardState, change: Partial<Rules>, decided?: Decision): Reduced {
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

/** Takes the last decision back: the plan from before returns at once. */
export function undo(state: WizardState): Reduced | undefined {
	const { future, past } = state.files;
	const last = past.at(-1);
	if (!last || !state.answers) return undefined;
	return restore(state, last, past.slice(0, -1), [...future, asDecided(state, state.answers.rules)]);
}

export function redo(state: WizardState): Reduced | undefined {
	const { future, past } = state.files;
	const next = future.at(-1);
	if (!next || !state.answers) return undefined;
	return restore(state, next, [...past, asDecided(state, state.answers.rules)], future.slice(0, -1));
}

function restore(state: WizardState, to: Decided, past: readonly Decided[], future: readonly Decided[]): Reduced {
	const { answers, files } = state;
	if (!answers) return only(state);
	const own = Object.fromEntries(ownRules.map((name) => [name, to.rules[name]]));
	const rules: Rules = { ...answers.rules, ...own };
	// The very same value where it says the same: by it the failure of a plan knows where to go back to.
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

function plan(state: WizardState): Reduced {
	const { goesOn: _, ...files } = state.files;
	return state.answers ? start({ ...state, files }, { job: "plan", answers: state.answers }) : only(state);
}

function asDecided({ files, plan: shown }: WizardState, rules: Rules): Decided {
	if (!shown) return { rules };
	const { pending, planned } = files;
	return { rules, shown: { plan: shown, pending, ...(planned ? { planned } : {}) } };
}

/** The newest decisions keep the plans that they showed. */
function affordable(decided: readonly Decided[]): readonly Decided[] {
	return decided.map((one, at) => (at < decided.length - mostPlans && one.shown ? { rules: one.rules } : one));
}

/** A new plan: nothing waits for it any more. What was planned from another trace, or without what a trial added, is no plan to go back to. */
export function planMade(state: WizardState, made: Plan): WizardState {
	const { goesOn: _, resumed: __, ...files } = state.files;
	const stale = state.plan === undefined || state.thenBuild;
	const bare = (all: readonly Decided[]) => (stale ? all.map(({ rules }) => ({ rules })) : all);
	return {
		...state,
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

/** No plan could be made from the rules: those of the plan on the screen hold again, and what was decided since is gone. */
export function planFailed(state: WizardState): WizardState {
	const { answers } = state;
	const { goesOn: _, ...files } = state.files;
	const { planned } = files;
	if (!state.plan || !answers || !planned) return { ...state, files };
	const at = files.past.findIndex(({ rules }) => rules === planned);
	return {
		...state,
		answers: { ...answers, rules: planned },
		files: { ...files, pending: nothingPending, past: at < 0 ? files.past : files.past.slice(0, at) },
	};
}
