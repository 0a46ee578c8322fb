import { pathToText } from "../../../base/path/path.ts";
import { printable, showPath } from "../../../base/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { importances, isOffer, type Missing, permissionOf } from "../../../plan/missing.ts";
import type { WizardState } from "../../state/state.ts";
import { cursorOf } from "../../state/transitions.ts";
import type { Round } from "../../state/values.ts";
import { questionOf } from "../files/attention.ts";
import { treeOf } from "../files/tree.ts";

type Trial = Pick<WizardState, "plan" | "trial">;

export function lastRound({ trial }: Pick<WizardState, "trial">): Round | undefined {
	return trial.rounds.at(-1);
}

export function missingKey(missing: Missing): string {
	return `${missing.kind} ${missing.path ?? missing.call}`;
}

/** Whether adding it is proposed. Items that were left out on purpose are not, nor kernel files once the application answers. */
function isProposed(missing: Missing, round: Round): boolean {
	return missing.remedy !== undefined && !missing.declined && (missing.kind !== "kernel-file" || !round.answered);
}

/** A secret that the plan left out, and that the application may need to answer. Adding it asks first. */
function isWithheldSecret({ declined, path }: Missing, round: Round, { plan }: Trial): boolean {
	if (!declined || path === undefined || pathToText(path) === undefined || round.answered) return false;
	const node = plan && treeOf(plan).byPath.get(path);
	return node?.item.kind === "entry" && node.item.entry.decision === "declined" && questionOf(node.item.entry) === "secret";
}

/** Whether Space can select it. */
export function isSelectable(missing: Missing, round: Round, state: Trial): boolean {
	return isProposed(missing, round) || isWithheldSecret(missing, round, state);
}

/** Whether the next round adds it: a likely cause unless it is deselected, anything else only if it is selected. */
export function isSelected(missing: Missing, round: Round, state: Trial): boolean {
	if (!isSelectable(missing, round, state)) return false;
	const { chosen, unwanted } = state.trial;
	const key = missingKey(missing);
	return isPreselected(missing, round, state) ? !unwanted.includes(key) : chosen.includes(key);
}

/**
 * A permission weakens the whole cage, so it is not preselected while something likelier can be added: a secret, an item before it
 * that is no permission, or a permission with better evidence.
 */
export function isPreselected(missing: Missing, round: Round, state: Trial): boolean {
	if (isWithheldSecret(missing, round, state)) return missing.importance?.level !== "noise";
	if (isOffer(missing, round)) return false;
	if (permissionOf(missing) === undefined) return true;
	const at = round.missing.indexOf(missing);
	return !round.missing.some((other, index) => {
		if (other === missing) return false;
		if (isWithheldSecret(other, round, state)) return other.importance?.level !== "noise";
		if (index > at || !isProposed(other, round) || isOffer(other, round)) return false;
		return permissionOf(other) === undefined || rankOf(other) < rankOf(missing);
	});
}

const rankOf = ({ importance }: Missing) => (importance ? importances.indexOf(importance.level) : 0);

export function itemsToAdd(state: Trial): readonly Missing[] {
	const round = lastRound(state);
	return round ? round.missing.filter((one) => isSelected(one, round, state)) : [];
}

/** The first selected secret that nobody consented to yet. */
export function secretToAsk(state: Pick<WizardState, "answers" | "plan" | "trial">): Missing | undefined {
	const round = lastRound(state);
	const allowed = state.answers?.rules.allowSecret ?? [];
	const isAllowed = ({ path }: Missing) => allowed.includes((path === undefined ? undefined : pathToText(path)) ?? "");
	return round && itemsToAdd(state).find((one) => isWithheldSecret(one, round, state) && !isAllowed(one));
}

export function whatText(missing: Missing): string {
	return missing.path === undefined ? printable(missing.call) : showPath(missing.path);
}

/** The layer, the call and its error. */
function howText({ call, error, kind, program }: Missing, messages: Messages): string {
	const by = program === undefined ? "" : ` ${showPath(program)}`;
	return `${messages.missingKind(kind)} (${printable(call)} ${error}${by})`;
}

export function remedyText(missing: Missing, round: Round, state: WizardState, messages: Messages): string {
	const { declined, remedy } = missing;
	const words = messages.wizard.trial;
	if (isWithheldSecret(missing, round, state)) return words.withheld;
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
		missing.declined && !isWithheldSecret(missing, round, state)
			? messages.wizard.notices["declined-by-you"]
			: messages.fill(words.remedyIs, { remedy: remedyText(missing, round, state, messages) }),
	];
}
