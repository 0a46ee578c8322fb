import { printable } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { WizardState } from "../../state.ts";
import { accountFacts } from "./account-text.ts";
import { lineOf, selectedAccount } from "./reduce.ts";

/** Of root nearly everything; whoever wants all of that looks into the record. */
const mostPaths = 60;

/** What is known of the selected line of the accounts, with the files that hang on it. */
export function whyAccount(state: WizardState, messages: Messages): readonly string[] | undefined {
	const row = selectedAccount(state);
	return row && state.plan && [printable(lineOf(row)), ...accountFacts(row, state.plan, messages, mostPaths)];
}
