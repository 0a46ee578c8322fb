import { quoteShellLine } from "../core/path/quote.ts";
import { stateWords } from "../core/questions/next-steps.ts";
import type { Messages } from "../messages/messages.ts";
import { isWorthSaving } from "./session/stored-state.ts";
import type { WizardState } from "./state.ts";
import { isSafe } from "./steps/save/finishing.ts";

/** What stays in the terminal after the wizard, once it is known whether its session could be kept. */
export type ExitSummary = (isKept: boolean) => string[];

/**
 * What stays in the terminal after the wizard: where everything is, how to do it again, and what comes next. `folder` is the state folder, where it has
 * to be named.
 */
export function exitSummary(state: WizardState, messages: Messages, folder: string | undefined, couldBeKept: boolean): string[] {
	const { finished } = state;
	const words = messages.wizard.save;
	if (!finished) {
		const { left, leftKept } = messages.wizard;
		const isKept = couldBeKept && isWorthSaving(state) && !state.discarded;
		const command = quoteShellLine(["cagewright", ...stateWords(folder), "--resume", state.answers?.name ?? ""]);
		return [isKept ? messages.fill(leftKept, { command }) : left];
	}
	const { command, data, name, next, record, root } = finished;
	return [
		messages.fill(isSafe(state) ? words.done : words.unsafe, { name }),
		`${words.root}: ${root}`,
		`${words.data}: ${data}`,
		`${words.record}: ${record}`,
		// A line by itself can be copied; the last of them is the same command.
		...next.filter(({ line }) => line !== command).flatMap(({ kind, line }) => [`${words.next[kind]}:`, `  ${line}`]),
		words.same,
		`  ${command}`,
	];
}
