import type { Plan } from "../../core/plan/plan.ts";
import { unusedAllowances } from "../../core/plan/risks.ts";
import type { Context } from "../context.ts";

/** Says which of the paths that were allowed by name are nothing of the plan. */
export function warnUnusedAllowances({ emit, machine }: Context, plan: Plan): void {
	for (const { option, path } of unusedAllowances(plan, machine.files)) {
		emit({ event: "warned", code: "allowance-unused", values: { option, path } });
	}
}
