import type { Cage } from "../core/cage/cage.ts";
import { Failure } from "../core/failure.ts";
import type { Answers } from "../core/questions/answers.ts";
import { mergeRules } from "../core/template/merge.ts";
import type { Template } from "../core/template/template.ts";
import type { Trace } from "../core/trace/trace.ts";
import { knownCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { answersFrom } from "./answers.ts";
import { toldOfProcess } from "./attach.ts";
import type { ApplicationOptions, ConsentOptions } from "./options.ts";

/** What `make` and its single steps are told: a template or a cage, a command, and options. */
export interface Told {
	readonly target?: string;
	readonly command: readonly string[];
	readonly options: ApplicationOptions & ConsentOptions;
}

/** Throws `template-unknown` (exit 2). */
export async function templateNamed({ machine }: Context, name: string): Promise<Template> {
	const found = (await machine.store.templates()).find((stored) => stored.template.name === name);
	if (!found) throw new Failure("template-unknown", { name }, 2);
	return found.template;
}

export async function answersOf(context: Context, told: Told): Promise<Answers> {
	const { command, options, target } = await toldOfProcess(context, told);
	return answersFrom(options, command, target === undefined ? undefined : await templateNamed(context, target));
}

export interface Traced {
	readonly cage: Cage;
	readonly trace: Trace;
}

/** A cage that `trace` began. Rules on the command line are added to its own; probes there take the place of its own. */
export async function tracedCage({ machine }: Context, { command, options, target }: Told): Promise<Traced> {
	const name = target ?? options.name;
	if (name === undefined || command.length) throw new Failure("cage-name-needed", {}, 2);
	const cage = await knownCage(machine.store, name);
	const trace = await machine.store.trace(name);
	if (!trace) throw new Failure("not-traced", { name }, 2);
	const { application, rules } = answersFrom(
		{ ...options, name, probe: options.probe ?? [...cage.application.probes] },
		cage.application.command,
		undefined,
	);
	return {
		cage: { ...cage, rules: mergeRules(cage.rules, rules), application: { ...cage.application, probes: application.probes } },
		trace,
	};
}
