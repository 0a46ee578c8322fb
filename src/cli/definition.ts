import { Command, Option } from "commander";
import type { LongWork } from "../upkeep/verbs/changes.ts";
import type { OptionRules } from "./option-rules.ts";
import type { Terminal } from "./terminal.ts";

/** An option whose empty value removes what is stored. */
export class RemovableOption extends Option {}

/** A command with lines that show its use. Its other options refuse an empty value, as an unset variable of a script gives it. */
export class Verb extends Command {
	examples: readonly string[] = [];

	override addOption(option: Option): this {
		// Commander reads the value in a listener of its own, which follows.
		this.on(`option:${option.name()}`, (value: unknown) => {
			if (value === "" && !(option instanceof RemovableOption)) this.error(`error: option '${option.flags}' argument missing`);
		});
		return super.addOption(option);
	}

	override createCommand(name?: string): Verb {
		return new Verb(name);
	}
}

/** A verb without any text: `ROOM/text/help.LANGUAGE.ts` has that. */
export interface VerbDefinition extends OptionRules {
	/** Its name, then its arguments (commander's `command`). */
	readonly usage: string;
	/** Its uses, without `cagewright`. */
	readonly examples: readonly string[];
	/** Set if it works for long, so that an interruption says what changed. */
	readonly longWork?: LongWork;
	/**
	 * Its commands in messages that name no state folder, because they use none, or because they are for the machine that gets an archive:
	 * all, those without arguments, or those with certain actions.
	 */
	readonly stateless?: true | "without-arguments" | readonly string[];
	/** Adds the verb's own options. Those of the option table are there already. */
	readonly options?: (verb: Command) => void;
	/** Returns what the verb does with the arguments and options that commander read. `args` are those of the program. */
	readonly action: (perform: Perform, args: readonly string[]) => (...given: unknown[]) => Promise<void>;
}

/** Loads the code of one verb, because reading all code takes longer than most verbs. */
export type LoadVerb<Given extends unknown[] = never[]> = () => Promise<(terminal: Terminal, ...given: Given) => Promise<number>>;

export type Perform = <Given extends unknown[]>(load: LoadVerb<Given>, ...given: Given) => Promise<void>;

/** Returns an action that passes arguments and options on to the verb. */
export function act(load: LoadVerb): VerbDefinition["action"] {
	return (perform) =>
		(...given) =>
			// The last value is the command itself.
			perform(load, ...(given.slice(0, -1) as never[]));
}

export const nameOf = ({ usage }: VerbDefinition) => usage.split(" ")[0] ?? "";
