import type { Messages } from "../../messages/messages.ts";
import { currentFix } from "../fixes/fixes.ts";
import { cageRows, hasHome, selectedHome } from "../home/visible.ts";
import type { Command } from "../state/command.ts";
import type { WizardState } from "../state/state.ts";
import { cursorOf, isBusy } from "../state/transitions.ts";
import { selectedAccount } from "../steps/accounts/reduce.ts";
import { selectedChoice } from "../steps/choose/reduce.ts";
import { type Condition, offeredInFiles } from "../steps/files/reduce.ts";
import { folderOf } from "../steps/files/toggle.ts";
import { selectedRow } from "../steps/files/visible-rows.ts";
import { isSaving } from "../steps/save/reduce.ts";
import { answersAlready, mayExercise, nextProposal } from "../steps/trace/reduce.ts";
import { mayMinimise } from "../steps/trial/reduce.ts";
import { isSelectable, itemsToAdd, lastRound } from "../steps/trial/selection.ts";
import { type Binding, bindingsOf } from "./bindings.ts";
import { copyable } from "./copyable.ts";

export function keyName(id: string, messages: Messages): string {
	return messages.wizard.keyNames[id] ?? id;
}

/** The keys for the footer: those that do something now. */
export function offered(state: WizardState): readonly Binding[] {
	return bindingsOf(state).filter((binding) => binding.footer !== undefined && isOffered(state, binding));
}

const isIdle: Condition = (state) => !isBusy(state, "try", "plan");
const onButton: Condition = ({ form }) => form !== undefined && form.cursor === form.rows.length;
const hasAnswered: Condition = (state) => lastRound(state)?.answered === true;

/** When a key would do more than explain why it does nothing. The other keys always do. */
const conditions: Readonly<Partial<Record<Command, Condition>>> = {
	...offeredInFiles,
	fix: (state) => currentFix(state) !== undefined,
	back: (state) => state.screen !== "choose" || hasHome(state),
	choose: (state) => state.screen !== "cage" || cageRows(state)[cursorOf(state)]?.request !== undefined,
	rounds: (state) => state.trial.rounds.length > 1,
	copy: (state) => copyable(state) !== undefined,
	"stop-cage": (state) => cageRows(state)[cursorOf(state)]?.stop !== undefined,
	discard: (state) =>
		state.question !== undefined ||
		(state.screen === "home" ? selectedHome(state)?.kind === "session" : selectedChoice(state)?.kind === "session"),
	"finish-early": (state) =>
		isBusy(state, "trace") ? answersAlready(state) && !state.trace?.ending : state.trace?.result !== undefined,
	exercise: mayExercise,
	"watch-running": (state) => selectedChoice(state)?.pid !== undefined,
	"run-next": (state) => mayExercise(state) && nextProposal(state)?.kind === "command",
	"another-run": (state) => !isBusy(state, "trace") || mayExercise(state),
	again: isIdle,
	"accept-remedies": (state) => isIdle(state) && itemsToAdd(state).length > 0,
	save: (state) => isIdle(state) && itemsToAdd(state).length === 0 && hasAnswered(state),
	"finish-anyway": (state) => isIdle(state) && hasAnswered(state) && itemsToAdd(state).length > 0,
	build: isIdle,
	"to-application": isIdle,
	"to-files": isIdle,
	"to-accounts": isIdle,
	"dry-run": isIdle,
	"save-review": isIdle,
	"go-on": (state) =>
		(state.screen !== "accounts" && state.screen !== "files") ||
		(!isBusy(state, "plan") && (state.screen === "accounts" || state.plan !== undefined)),
	"next-field": (state) => !onButton(state),
	start: (state) => !onButton(state),
	"try-probe": (state) => state.form?.rows[state.form.cursor]?.field === "probe" && !isBusy(state, "probe"),
	begin: onButton,
	minimise: (state) => mayMinimise(state) && isIdle(state),
	"finish-search": (state) => !state.minimising?.isEnding,
	pick: (state) => !isSaving(state),
	shell: (state) => lastRound(state) !== undefined && !isBusy(state, "try", "plan", "selftest"),
	selftest: (state) => state.trial.tested !== undefined,
	"next-match": (state) => (state.find?.rows.length ?? 0) > 1,
	toggle: (state) => {
		if (state.screen === "accounts") return selectedAccount(state)?.account !== undefined && !isBusy(state, "plan");
		const round = lastRound(state);
		return state.screen !== "trial" || round?.missing.some((one) => isSelectable(one, round, state)) === true;
	},
};

export function isOffered(state: WizardState, { command }: Binding): boolean {
	return conditions[command]?.(state) ?? true;
}

/** Whether a key does something, even if the footer does not offer it because it matters more elsewhere. */
export function hasEffect(state: WizardState, binding: Binding): boolean {
	const row = selectedRow(state);
	switch (binding.command) {
		case "try-probe":
			return (state.answers?.application.probes.length ?? 0) > 0 && !isBusy(state, "probe");
		case "back":
			return !["choose", "home"].includes(state.screen) || hasHome(state) || (state.queries[state.screen] ?? "") !== "";
		case "bind":
			return row !== undefined && folderOf(row) !== undefined;
		case "redo":
			return state.files.future.length > 0;
		case "writable":
			return true;
		case "finish-anyway":
			return hasAnswered(state) && isIdle(state);
		default:
			return isOffered(state, binding);
	}
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
