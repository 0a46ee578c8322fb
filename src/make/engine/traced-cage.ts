import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { printable } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { knownCage, requireTrace } from "../../cage/engine/cages.ts";
import { hostFacts, identityFor } from "../../cage/engine/plan-cage.ts";
import { mergeAcceptances } from "../../cage/finding.ts";
import { type OptionName, optionFlag, optionsOfTracedCages } from "../../options/options.ts";
import { checkRules } from "../../plan/rules.ts";
import type { CageRequest } from "../../template/engine/starting-point.ts";
import { mergeRules } from "../../template/merge.ts";
import type { Trace } from "../../trace/trace.ts";
import { answersFrom } from "./answers.ts";

export interface TracedCage {
	readonly cage: Cage;
	readonly trace: Trace;
}

/** Throws `option-unused` (exit 2) for a given option that is not in `used`. `others` are the verbs that use it. */
export function refuseUnused(options: CageRequest["options"], verb: string, used: readonly OptionName[], others: string): void {
	const isGiven = ([name, value]: [string, unknown]) => value !== undefined && !(name === "selftest" && value === true);
	const unused = Object.entries(options).find((option) => isGiven(option) && !used.some((name) => name === option[0]));
	if (!unused) return;
	const [name, value] = unused;
	const flag = optionFlag(name as OptionName);
	throw new Failure("option-unused", { option: value === false ? flag.replace("--", "--no-") : flag, verb, others }, 2);
}

/** Throws `command-unused` (exit 2), because a cage has a command. */
export function refuseCommand(command: readonly string[], verb: string): void {
	if (command[0] !== undefined) throw new Failure("command-unused", { verb, word: printable(command[0]) }, 2);
}

/**
 * A cage that `trace` created. Rules on the command line are added to its own; probes replace its own. Throws `command-unused` or `option-unused`
 * (exit 2) for a command or an option that `verb` does not honour; `also` lists the ones it does.
 */
export async function tracedCage(
	{ machine }: Pick<Context, "machine">,
	{ command, options, target }: CageRequest,
	verb: string,
	also: readonly OptionName[] = [],
): Promise<TracedCage> {
	const name = target ?? options.name;
	refuseCommand(command, verb);
	if (name === undefined) throw new Failure("cage-name-needed", {}, 2);
	refuseUnused(options, verb, [...optionsOfTracedCages, ...also], "`trace`, `make`");
	if (options.name !== undefined && options.name !== name) refuseUnused({ name }, verb, [], "`trace`, `make`");
	const cage = await knownCage(machine.store, name);
	const trace = await requireTrace(machine.store, name);
	const { accepted, application, dedicatedAccount, rules } = answersFrom(
		machine,
		{ ...options, name, probe: options.probe ?? [...cage.application.probes] },
		cage.application.command,
		undefined,
	);
	const merged = mergeRules(cage.rules, rules);
	const identity = identityFor(machine, cage.application.user);
	checkRules(rules, hostFacts(machine, cage.application, identity), merged);
	return {
		cage: {
			...cage,
			...(accepted ? { accepted: mergeAcceptances(cage.accepted ?? [], accepted) } : {}),
			...omitUndefined({ dedicatedAccount }),
			rules: merged,
			application: {
				...cage.application,
				probes: application.probes,
				...omitUndefined({ calls: application.calls }),
			},
		},
		trace,
	};
}
