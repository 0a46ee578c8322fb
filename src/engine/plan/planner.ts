import type { Cage } from "../../core/cage/cage.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";

/** Makes the plans of a wizard (`planStep`) while the wizard goes on answering keys. One at a time. */
export interface Planner {
	/** Throws what `planStep` throws, and the reason of the signal. */
	plan(cage: Cage, trace: Trace, signal: AbortSignal): Promise<Plan>;
	close(): Promise<void>;
}
