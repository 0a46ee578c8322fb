import { systemMachine } from "../src/cli/machine.ts";
import type { Plan } from "../src/core/plan/plan.ts";
import { planStep } from "../src/engine/build/steps.ts";
import { traceStep } from "../src/engine/build/trace-step.ts";
import { answersFrom } from "../src/engine/choose/answers.ts";
import type { Context } from "../src/engine/context.ts";
import { builtinTemplate } from "../src/system/templates/builtin.ts";

export function contextIn(state: string): Context {
	return { machine: systemMachine(state), emit() {}, signal: new AbortController().signal };
}

/** Plans a built-in template from a trace on this machine. */
export async function planOf(context: Context, name: string): Promise<Plan> {
	const template = builtinTemplate(name);
	const answers = answersFrom(context.machine, {}, [], template && { kind: "template", template });
	const { cage, result } = await traceStep(context, answers, {});
	return planStep(context, cage, result.trace);
}
