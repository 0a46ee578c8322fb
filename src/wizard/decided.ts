import { baseName, type Path } from "../core/path/path.ts";
import { openingNames } from "../core/plan/permissions.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { WizardState } from "./state.ts";
import { totalsOf } from "./steps/files/totals.ts";
import { lastRound } from "./steps/trial/reduce.ts";

/** One thing that is settled so far. `rank`: the higher, the sooner it gives way on a narrow terminal. */
export type Decided =
	| { readonly what: "program"; readonly rank: number; readonly name: string }
	/** Without a name it starts as root. */
	| { readonly what: "account"; readonly rank: number; readonly name?: string }
	| { readonly what: "probes"; readonly rank: number; readonly count: number }
	| { readonly what: "contents"; readonly rank: number; readonly files: number; readonly bytes: number }
	| { readonly what: "undecided"; readonly rank: number; readonly count: number }
	| { readonly what: "openings"; readonly rank: number; readonly count: number }
	| { readonly what: "answers"; readonly rank: number };

const remembered = new WeakMap<Plan, readonly Decided[]>();

/** What is decided at this moment, in the order of the steps; empty before something was chosen. */
export function decidedSoFar(state: WizardState): readonly Decided[] {
	const { answers, plan } = state;
	if (!answers || state.screen === "choose" || state.screen === "lacks") return [];
	const { command, probes, user } = answers.application;
	return [
		...(command[0] === undefined ? [] : [{ what: "program" as const, rank: 5, name: baseName(command[0] as Path) }]),
		{ what: "account", rank: 3, ...(user === undefined ? {} : { name: user }) },
		{ what: "probes", rank: 6, count: probes.length },
		...(plan ? ofPlan(plan) : []),
		// Elsewhere it may have become another plan since.
		...((state.screen === "trial" || state.screen === "save") && lastRound(state)?.answered
			? [{ what: "answers" as const, rank: 2 }]
			: []),
	];
}

/** Counted once a plan: it is asked for with each frame. */
function ofPlan(plan: Plan): readonly Decided[] {
	const known = remembered.get(plan);
	if (known) return known;
	const { attention, bytes, files } = totalsOf(plan);
	const openings = plan.openings.capabilities.length + openingNames.filter((name) => plan.openings[name] !== undefined).length;
	const decided: readonly Decided[] = [
		{ what: "contents", rank: 1, files, bytes },
		...(attention ? [{ what: "undecided" as const, rank: 2, count: attention }] : []),
		{ what: "openings", rank: 4, count: openings },
	];
	remembered.set(plan, decided);
	return decided;
}
