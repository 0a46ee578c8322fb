import { printable, quoteCommand } from "../base/path/quote.ts";
import type { Messages } from "../messages/messages.ts";
import { stateWords } from "../options/next-steps.ts";
import { isAtHome } from "./home/visible.ts";
import { displayed, type Look } from "./parts/look.ts";
import type { WizardState } from "./state/state.ts";
import { isWorthSaving } from "./steps/form/fields.ts";
import { isSafe } from "./steps/save/reduce.ts";

/** Lines to print after the wizard. `isKept`: the session could be saved. */
export type ExitSummary = (isKept: boolean) => string[];

/** Where everything is, how to repeat it, and what comes next. `folder`: the state folder, if it is not the default. */
export function exitSummary(state: WizardState, messages: Messages, folder: string | undefined, couldBeKept: boolean): string[] {
	const { finished } = state;
	const words = messages.wizard.save;
	if (isAtHome(state) && !finished) return [];
	if (!finished) {
		const { left, leftKept } = messages.wizard;
		const isKept = couldBeKept && isWorthSaving(state) && !state.discarded;
		const command = quoteCommand(["cagewright", ...stateWords(folder), "--resume", state.answers?.name ?? ""]);
		return isKept ? [leftKept, `  ${command}`] : [left];
	}
	const { command, data, name, next, record, root } = finished;
	return [
		messages.fill(isSafe(state) ? words.done : words.unsafe, { name }),
		`${words.root}: ${root}`,
		`${words.data}: ${data}`,
		`${words.record}: ${record}`,
		// Commands get their own lines, to be copied. The last step is the command itself.
		...next.filter(({ line }) => line !== command).flatMap(({ kind, line }) => [`${words.next[kind]}:`, `  ${line}`]),
		words.same,
		`  ${command}`,
	];
}

/** Printed above the prompt of a shell in the cage. */
export function shellNotice({ answers }: WizardState, look: Look): string {
	return `${displayed(look.messages.cli.shell(printable(answers?.name ?? ""), undefined), look)}\n`;
}

/** Printed below the output of an application that ran on the terminal. */
export function exitNotice(status: number, look: Look): string {
	return `${displayed(look.messages.fill(look.messages.wizard.home.exited, { status }), look)}\n`;
}
