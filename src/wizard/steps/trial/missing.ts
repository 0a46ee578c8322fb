import { printable, showPath } from "../../../core/path/quote.ts";
import type { Missing } from "../../../core/plan/missing.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Round } from "../../session/values.ts";
import type { WizardState } from "../../state.ts";
import { cursorOf } from "../../transitions.ts";
import { isProposed, lastRound } from "./reduce.ts";

/** What there is to say of something that a trial found missing. */

export function whatText(missing: Missing): string {
	return missing.path === undefined ? printable(missing.call) : showPath(missing.path);
}

/** How it fails: the layer, the call and its error. */
export function howText({ call, error, kind, program }: Missing, messages: Messages): string {
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
		case "opening":
			return words.remedies[remedy.name];
	}
}

/** Why it stands where it does in the list, and if nobody weighed it how it fails. */
export function shortWhy(missing: Missing, messages: Messages): string {
	return missing.importance ? messages.importance(missing.importance) : howText(missing, messages);
}

/** All of it, one paragraph a line; undefined where nothing is selected. */
export function whyMissing(state: WizardState, messages: Messages): readonly string[] | undefined {
	const round = lastRound(state);
	const missing = round?.missing[cursorOf(state)];
	if (!round || !missing) return undefined;
	const words = messages.wizard.trial;
	return [
		whatText(missing),
		...(missing.importance ? [messages.fill(words.why, { why: messages.importance(missing.importance) })] : []),
		messages.fill(words.failedAs, { how: howText(missing, messages) }),
		messages.fill(words.remedyIs, { remedy: remedyText(missing, round, messages) }),
	];
}
