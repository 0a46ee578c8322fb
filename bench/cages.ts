import type { Context } from "../src/base/engine/context.ts";
import { systemMachine } from "../src/cli/machine.ts";
import { answersFrom } from "../src/make/engine/answers.ts";
import { planStep } from "../src/make/engine/steps.ts";
import { traceStep } from "../src/make/engine/trace-step.ts";
import type { Plan } from "../src/plan/plan.ts";
import { builtinTemplate } from "../src/template/host/sources.ts";

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
