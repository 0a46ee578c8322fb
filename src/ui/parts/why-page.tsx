import { selectedRow } from "../../core/wizard/files/shown.ts";
import type { Screen, WizardState } from "../../core/wizard/state.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { whyMissing } from "../steps/missing.ts";
import { whyAccount } from "../steps/why-account.ts";
import { whyFileRow } from "../steps/why-file.ts";
import { wrapWords } from "../wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What is known of the selected entry of a screen's list, one paragraph a line; undefined where nothing is selected. */
export type WhyEntry = (state: WizardState, messages: Messages) => readonly string[] | undefined;

/** A step that has a list says here why its entries are there. */
const entries: Partial<Record<Screen, WhyEntry>> = {
	files: (state, messages) => {
		const row = selectedRow(state);
		return row && whyFileRow(row, state, messages);
	},
	accounts: whyAccount,
	trial: whyMissing,
};

/** Why the selected entry is there, why this step exists, what it does to the machine, and where its proposals come from. */
export function WhyPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.why;
	const entry = entries[state.screen]?.(state, messages);
	const step = words.steps[state.screen];
	const texts = [
		...(entry ? [...entry, ""] : []),
		step.purpose,
		"",
		`${words.machine} ${step.machine}`,
		"",
		`${words.proposals} ${step.proposals}`,
	];
	const lines = texts.flatMap((text) => (text === "" ? [""] : wrapWords(text, width)));
	return <ScrollPage title={messages.fill(words.title, { step: words.names[state.screen] })} lines={lines} />;
}
