import type { WizardState } from "./state.ts";

/**
 * Fields that are not stored. All others are, so a new field must be plain data. If a session lacks a field, it gets the value
 * of `startState`. The plan is made again.
 */
const transient = [
	"goesOn",
	"size",
	"jobs",
	"waits",
	"ticket",
	"home",
	"cage",
	"action",
	"requirements",
	"choices",
	"question",
	"answer",
	"asked",
	"notice",
	"head",
	"covered",
	"exit",
	"discarded",
	"resuming",
	"commands",
	"thenBuild",
	"hostView",
	"building",
	"awaited",
	"minimising",
	"unneeded",
	"finished",
	"saving",
	"naming",
	"plan",
] as const satisfies readonly (keyof WizardState)[];

/** The wizard's state after a resume. */
export type KeptState = Omit<WizardState, (typeof transient)[number]>;

export function keptOf(state: WizardState): KeptState {
	// A file's content belongs to the host, not to the session.
	const { overlay, ...closed } = state;
	const kept: Partial<WizardState> = overlay === undefined || overlay === "head" ? closed : { ...closed, overlay };
	for (const name of transient) delete kept[name];
	return kept as KeptState;
}
