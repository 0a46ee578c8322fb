import type { Cage } from "../../core/cage/cage.ts";
import type { Exit } from "../../core/failure.ts";
import type { Entry, Plan } from "../../core/plan/plan.ts";
import type { Access, Trace } from "../../core/trace/trace.ts";

/**
 * What goes between the wizard and the thread that makes its plans. A trace and a plan of 50,000 entries take a second to be copied from one to the
 * other, so they go in parts, and of a plan the next part only when it is asked for.
 */
export type ToPlanning =
	/** Of a new trace; its accesses follow. */
	| { readonly trace: Omit<Trace, "accesses"> }
	| { readonly accesses: readonly Access[] }
	/** Of the trace that was given last. */
	| { readonly plan: Cage }
	| { readonly entriesFrom: number };

/** One answer to each `plan` and each `entriesFrom`. */
export type FromPlanning =
	| { readonly plan: Omit<Plan, "entries">; readonly count: number }
	| { readonly entries: readonly Entry[] }
	| {
			readonly failure: {
				readonly code: string;
				readonly values: Readonly<Record<string, string | number>>;
				readonly exit: Exit;
			};
	  };

/** Accesses or entries of one part: a millisecond to be copied. */
export const perPart = 100;
