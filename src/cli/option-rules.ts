import type { Command } from "commander";
import { Failure } from "../base/failure.ts";
import { type OptionName, optionFlag } from "../options/options.ts";
import { wizardOptions } from "./options.ts";

/** Which options a verb would ignore, beside those that exclude each other (commander's `conflicts`). */
export interface OptionRules {
	/** Options that need one of others: `force` needs `output`. */
	readonly needs?: Readonly<Record<string, readonly string[]>>;
	/** False if its output is that of another program. */
	readonly json?: boolean;
}

/** Throws `option-of-wizard`, `no-json` or `option-without` (exit 2) for an option that the verb would ignore. */
export function refuseIgnored(verb: Command, { json = true, needs = {} }: OptionRules): void {
	const given = new Set([verb, verb.parent].flatMap((command) => (command ? givenOptions(command) : [])));
	const ofWizard = wizardOptions.find((option) => given.has(option));
	if (ofWizard !== undefined) throw new Failure("option-of-wizard", { option: flagOf(ofWizard) }, 2);
	if (!json && given.has("json")) throw new Failure("no-json", { verb: verb.name() }, 2);
	for (const [option, needed] of Object.entries(needs)) {
		if (!given.has(option) || needed.some((name) => given.has(name))) continue;
		throw new Failure("option-without", { option: flagOf(option), needs: flagOf(needed[0] ?? "") }, 2);
	}
}

/** Includes `-o -`, whose value is undefined. */
function givenOptions(command: Command): string[] {
	return Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) !== "default");
}

const flagOf = (option: string) => optionFlag(option as OptionName);
