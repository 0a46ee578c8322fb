import type { Messages } from "../messages/messages.ts";
import { type Binding, bindingsOf } from "./bindings.ts";
import type { WizardState } from "./state.ts";
import { selectedAccount } from "./steps/accounts/reduce.ts";
import { selectedChoice, visibleChoices } from "./steps/choose/reduce.ts";
import { isOfferedInFiles } from "./steps/files/reduce.ts";
import { folderOf } from "./steps/files/toggle.ts";
import { selectedRow } from "./steps/files/visible-rows.ts";
import { answersAlready, mayExercise, nextProposal } from "./steps/trace/reduce.ts";
import { itemsToAdd, lastRound, mayMinimise } from "./steps/trial/reduce.ts";
import { cursorOf, isBusy } from "./transitions.ts";

export function keyName(id: string, messages: Messages): string {
	return messages.wizard.keyNames[id] ?? id;
}

/** The keys for the footer: those that do something now. */
export function offered(state: WizardState): readonly Binding[] {
	return bindingsOf(state).filter((binding) => binding.footer !== undefined && isOffered(state, binding));
}

/** Whether a key would do more than explain why it does nothing. */
export function isOffered(state: WizardState, { command }: Binding): boolean {
	switch (command) {
		case "discard":
			return state.question !== undefined || visibleChoices(state)[cursorOf(state)]?.kind === "session";
		case "finish-early":
			return isBusy(state, "trace") ? answersAlready(state) && !state.trace?.ending : state.trace?.result !== undefined;
		case "exercise":
			return mayExercise(state);
		case "watch-running":
			return selectedChoice(state)?.pid !== undefined;
		case "run-next":
			return mayExercise(state) && nextProposal(state)?.kind === "command";
		case "another-run":
			return !isBusy(state, "trace") || mayExercise(state);
		case "again":
			return !isBusy(state, "try", "plan");
		case "accept-remedies":
			return !isBusy(state, "try", "plan") && itemsToAdd(state).length > 0;
		case "save":
			return !isBusy(state, "try", "plan") && itemsToAdd(state).length === 0 && lastRound(state)?.answered === true;
		case "finish-anyway":
			return !isBusy(state, "try", "plan") && lastRound(state)?.answered === true && itemsToAdd(state).length > 0;
		case "build":
		case "to-application":
		case "to-files":
		case "to-accounts":
		case "dry-run":
		case "save-review":
			return !isBusy(state, "try", "plan");
		case "go-on":
			if (state.screen === "accounts") return !isBusy(state, "plan");
			return state.screen !== "files" || (state.plan !== undefined && !isBusy(state, "plan"));
		case "next-field":
		case "start":
			return !onButton(state);
		case "try-probe":
			return state.form?.rows[state.form.cursor]?.field === "probe" && !isBusy(state, "probe");
		case "begin":
			return onButton(state);
		case "minimise":
			return mayMinimise(state) && !isBusy(state, "try", "plan");
		case "finish-search":
			return !state.minimising?.isEnding;
		case "pick":
			return !isBusy(state, "finish", "selftest");
		case "shell":
			return lastRound(state) !== undefined && !isBusy(state, "try", "plan", "selftest");
		case "selftest":
			return state.trial.tested !== undefined;
		case "next-match":
			return (state.find?.rows.length ?? 0) > 1;
		case "open":
		case "close-or-back":
		case "next-waiting":
		case "undo":
		case "all":
		case "package":
		case "kind":
		case "writable":
		case "bind":
		case "empty":
			return isOfferedInFiles(state, command);
		case "toggle":
			if (state.screen === "accounts") return selectedAccount(state)?.account !== undefined && !isBusy(state, "plan");
			return state.screen !== "trial" || (lastRound(state)?.missing.length ?? 0) > 0;
		default:
			return true;
	}
}

/** Whether a key does something, even if the footer does not offer it because it matters more elsewhere. */
export function hasEffect(state: WizardState, binding: Binding): boolean {
	const row = selectedRow(state);
	switch (binding.command) {
		case "try-probe":
			return (state.answers?.application.probes.length ?? 0) > 0 && !isBusy(state, "probe");
		case "bind":
			return row !== undefined && folderOf(row) !== undefined;
		case "redo":
			return state.files.future.length > 0;
		case "writable":
			return true;
		case "finish-anyway":
			return lastRound(state)?.answered === true && !isBusy(state, "try", "plan");
		default:
			return isOffered(state, binding);
	}
}

function onButton({ form }: WizardState): boolean {
	return form !== undefined && form.cursor === form.rows.length;
}

/** As many as fit, in their order. Those with the highest rank are dropped first. */
export function fitting<T extends { readonly rank: number; readonly text: string }>(
	items: readonly T[],
	width: number,
	gap: number,
): readonly T[] {
	const chosen = new Set<T>();
	let used = 0;
	for (const item of [...items].sort((a, b) => a.rank - b.rank)) {
		const needed = item.text.length + (chosen.size ? gap : 0);
		if (used + needed > width) continue;
		used += needed;
		chosen.add(item);
	}
	return items.filter((item) => chosen.has(item));
}
