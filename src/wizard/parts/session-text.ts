import type { Messages } from "../../messages/messages.ts";
import type { Choice, Left } from "../choice.ts";
import { steps } from "../state.ts";

/** Where a session was left and when, or why one cannot go on with it: for its row. */
export function sessionText({ ago, holder, problem, step }: Left, messages: Messages): string {
	const words = messages.wizard.choose;
	if (problem) return problem === "newer" ? words.sessionNewer : words.sessionDamaged;
	if (holder !== undefined) return messages.fill(words.sessionOpen, { pid: holder });
	return messages.fill(words.session, { step, of: steps.length, ago });
}

/** What Enter does with the chosen session; where it lies, if nothing. */
export function sessionHint({ detail = "", left, name }: Choice, messages: Messages): string | undefined {
	if (!left) return undefined;
	if (left.problem) return detail;
	const stepName = messages.wizard.steps[steps[left.step - 1] ?? "choose"];
	return messages.fill(messages.wizard.choose.goOn, { name, step: left.step, of: steps.length, stepName, ago: left.ago });
}
