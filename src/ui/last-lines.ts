import type { WizardState } from "../core/wizard/state.ts";
import { isWorthKeeping } from "../core/wizard/stored.ts";
import type { Messages } from "../messages/messages.ts";

/** What stays in the terminal after the wizard: where everything is, and how to do it again. */
export function lastLines(state: WizardState, messages: Messages): string[] {
	const { finished } = state;
	const words = messages.wizard.save;
	if (!finished) {
		const { left, leftKept } = messages.wizard;
		const isKept = isWorthKeeping(state) && !state.discarded;
		return [isKept ? messages.fill(leftKept, { name: state.answers?.name ?? "" }) : left];
	}
	return [
		messages.fill(words.done, { name: finished.name }),
		`${words.root}: ${finished.root}`,
		`${words.data}: ${finished.data}`,
		`${words.record}: ${finished.record}`,
		`${words.run}: cagewright run ${finished.name}`,
		`${words.unit}: cagewright unit ${finished.name}`,
		words.same,
		`  ${finished.command}`,
	];
}
