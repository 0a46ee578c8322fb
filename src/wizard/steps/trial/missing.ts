import { printable, showPath } from "../../../core/path/quote.ts";
import type { Missing } from "../../../core/plan/missing.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Round } from "../../session/values.ts";
import type { WizardState } from "../../state.ts";
import { cursorOf } from "../../transitions.ts";
import { isProposed, lastRound } from "./reduce.ts";

export function whatText(missing: Missing): string {
	return missing.path === undefined ? printable(missing.call) : showPath(missing.path);
}

/** The layer, the call and its error. */
function howText({ call, error, kind, program }: Missing, messages: Messages): string {
	const by = program === undefined ? "" : ` ${showPath(program)}`;
	return `${messages.missingKind(kind)} (${printable(call)} ${error}${by})`;
}

export function remedyText(missing: Missing, round: Round, messages: Messages): string {
	const { declined, remedy } = missing;
	const words = messages.wizard.trial;
	if (declined) return words.declined;
	if (!remedy) return words.noRemedy;
	if (!isProposed(missing, round)) return words.notNeeded;
	switch (remedy.kind) {
		case "path":
			return words.remedies.path;
		case "writable":
			return messages.fill(words.remedies.writable, { path: showPath(remedy.path) });
		case "capability":
			return messages.fill(words.remedies.capability, { name: remedy.name.toUpperCase() });
		case "account":
			return messages.fill(words.remedies.account, { name: remedy.name });
		case "call":
			return messages.fill(words.remedies.call, { name: remedy.name });
		case "opening":
			return words.remedies[remedy.name];
	}
}

/** Why it is listed at its position, or how it fails. */
export function shortWhy(missing: Missing, messages: Messages): string {
	return missing.importance ? messages.importance(missing.importance) : howText(missing, messages);
}

/** Details of the selected item, one paragraph per line. */
export function whyMissing(state: WizardState, messages: Messages): readonly string[] | undefined {
	const round = lastRound(state);
	const missing = round?.missing[cursorOf(state)];
	if (!round || !missing) return undefined;
	const words = messages.wizard.trial;
	return [
		whatText(missing),
		...(missing.importance ? [messages.fill(words.why, { why: messages.importance(missing.importance) })] : []),
		messages.fill(words.failedAs, { how: howText(missing, messages) }),
		missing.declined
			? messages.wizard.notices["declined-by-you"]
			: messages.fill(words.remedyIs, { remedy: remedyText(missing, round, messages) }),
	];
}
