import type { Cage } from "../core/cage/cage.ts";
import { mergeAcceptances } from "../core/cage/finding.ts";
import { Failure } from "../core/failure.ts";
import { checkRules } from "../core/plan/rules.ts";
import type { Answers } from "../core/questions/answers.ts";
import { mergeRules } from "../core/template/merge.ts";
import type { Trace } from "../core/trace/trace.ts";
import { knownCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { asPassesOnHost } from "../engine/trace/try-probe.ts";
import { answersFrom, baseAnswers } from "./answers.ts";
import { type Told, toldOfProcess } from "./attach.ts";
import { startingPoint } from "./starting-point.ts";
import { requireAccepted } from "./template-import.ts";
import type { Terminal } from "./terminal.ts";

/** Says on stderr where a name means two things. */
export async function answersOf(context: Context, told: Told, terminal: Terminal): Promise<Answers> {
	const { command, options, target } = await toldOfProcess(context, told);
	const start =
		target === undefined
			? undefined
			: await startingPoint(context, target, (stored) => requireAccepted(terminal, context, stored));
	if (start?.kind === "template" && start.unit !== undefined) {
		context.emit({ event: "warned", code: "template-not-unit", values: { template: start.template.name, unit: start.unit } });
	}
	const answers = answersFrom(options, command, start);
	return start?.kind === "found" && start.ports.length ? asPassesOnHost(context, answers) : answers;
}

/** The answers without any option, to name only the difference in the equivalent command; undefined where nothing was named. */
export async function baseOf(
	context: Context,
	{ application, parameters, template, unit }: Answers,
): Promise<Answers | undefined> {
	const name = template ?? unit;
	if (name === undefined) return undefined;
	return baseAnswers(await startingPoint(context, name), application.user, parameters);
}

export interface Traced {
	readonly cage: Cage;
	readonly trace: Trace;
}

type OptionName = keyof Told["options"];

/** Options that every step honours for a cage that was traced. The other answers are those of its trace. */
const ofTracedCages: readonly OptionName[] = [
	...(["name", "probe", "include", "exclude", "writable", "seed", "bind", "device", "allowSecret", "allowSetuid"] as const),
	...(["allow", "refuse", "account", "withoutAccount", "acceptFinding", "dedicatedAccount", "yes", "dryRun"] as const),
];

/** Throws `option-unused` (exit 2) for an option that was given and is none of `used`. `others` are the verbs that use it. */
export function refuseUnused(options: Told["options"], verb: string, used: readonly OptionName[], others: string): void {
	const isGiven = ([name, value]: [string, unknown]) => value !== undefined && !(name === "selftest" && value === true);
	const unused = Object.entries(options).find((option) => isGiven(option) && !used.some((name) => name === option[0]));
	if (!unused) return;
	const words = (unused[1] === false ? `no-${unused[0]}` : unused[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
	throw new Failure("option-unused", { option: `--${words}`, verb, others }, 2);
}

/**
 * A cage that `trace` began. Rules on the command line are added to its own; probes there replace its own. Throws `option-unused` (exit 2)
 * for an option that `verb` cannot honour; it honours those in `also` too.
 */
export async function tracedCage(
	{ machine }: Context,
	{ command, options, target }: Told,
	verb: string,
	also: readonly OptionName[] = [],
): Promise<Traced> {
	const name = target ?? options.name;
	if (name === undefined || command.length) throw new Failure("cage-name-needed", {}, 2);
	refuseUnused(options, verb, [...ofTracedCages, ...also], "`trace`, `make`");
	if (options.name !== undefined && options.name !== name) refuseUnused({ name }, verb, [], "`trace`, `make`");
	const cage = await knownCage(machine.store, name);
	const trace = await machine.store.trace(name);
	if (!trace) throw new Failure("not-traced", { name }, 2);
	const { accepted, application, dedicatedAccount, rules } = answersFrom(
		{ ...options, name, probe: options.probe ?? [...cage.application.probes] },
		cage.application.command,
		undefined,
	);
	checkRules(rules, machine.files);
	return {
		cage: {
			...cage,
			...(accepted ? { accepted: mergeAcceptances(cage.accepted ?? [], accepted) } : {}),
			...(dedicatedAccount === undefined ? {} : { dedicatedAccount }),
			rules: mergeRules(cage.rules, rules),
			application: { ...cage.application, probes: application.probes },
		},
		trace,
	};
}
