import type { Context } from "../base/engine/context.ts";
import { Failure } from "../base/failure.ts";
import { printable } from "../base/path/quote.ts";
import { type OptionName, optionFlag } from "../options/options.ts";
import type { Terminal } from "./terminal.ts";

type Work<Options> = (terminal: Terminal, context: Context, name: string | undefined, options: Options) => Promise<number>;

/** What the first argument of `template` and `sessions` selects. */
interface Action<Options> {
	readonly takesName: boolean;
	/** The options that it honours. All others are refused. */
	readonly honoured: readonly (keyof Options)[];
	readonly work: Work<Options>;
}

export type Actions<Options> = Readonly<Record<string, Action<Options>>>;

/** An action sees only the options that it lists. */
type ActionOf<Options> = <const Name extends keyof Options = never>(
	honoured: readonly Name[],
	work: Work<Pick<Options, Name>>,
) => Action<Options>;

/** Returns the two kinds of actions of a verb with these options. */
export function actionsWith<Options>(): { readonly named: ActionOf<Options>; readonly unnamed: ActionOf<Options> } {
	return {
		named: (honoured, work) => ({ takesName: true, honoured, work }),
		unnamed: (honoured, work) => ({ takesName: false, honoured, work }),
	};
}

/** Returns the named action, or undefined. Throws `option-unused` or `action-without-name` (exit 2). */
export function actionFor<Options extends object>(
	actions: Actions<Options>,
	{ action, name, options, verb }: { verb: string; action: string; name: string | undefined; options: Options },
): Action<Options> | undefined {
	const chosen = Object.hasOwn(actions, action) ? actions[action] : undefined;
	if (!chosen) return undefined;
	const unused = (Object.keys(options) as (keyof Options & string)[]).find((option) => !chosen.honoured.includes(option));
	if (unused !== undefined) {
		const others = Object.keys(actions).filter((other) => actions[other]?.honoured.includes(unused));
		throw new Failure(
			"option-unused",
			{
				option: optionFlag(unused as OptionName),
				verb: `${verb} ${action}`,
				others: others.map((other) => `\`${verb} ${other}\``).join(", "),
			},
			2,
		);
	}
	if (name !== undefined && !chosen.takesName)
		throw new Failure("action-without-name", { verb: `${verb} ${action}`, name: printable(name) }, 2);
	return chosen;
}
