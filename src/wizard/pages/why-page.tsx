import { printable } from "../../core/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { wrapWords } from "../parts/wrap-words.ts";
import type { Screen, WizardState } from "../state.ts";
import { whyAccount } from "../steps/accounts/why-account.ts";
import { choiceLines } from "../steps/choose/choice-detail.tsx";
import { selectedChoice } from "../steps/choose/reduce.ts";
import { selectedRow } from "../steps/files/shown.ts";
import { whyFileRow } from "../steps/files/why-file.ts";
import { aboutApplication } from "../steps/form/detail.tsx";
import { whyMissing } from "../steps/trial/missing.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What is known of the selected entry of a screen's list, one paragraph a line; undefined where nothing is selected. */
export type WhyEntry = (state: WizardState, messages: Messages, width: number) => readonly string[] | undefined;

/** A step that has a list says here why its entries are there. */
const entries: Partial<Record<Screen, WhyEntry>> = {
	choose: (state, messages, width) => {
		const choice = selectedChoice(state);
		return choice && [printable(choice.name), "", ...choiceLines(choice, messages, width)];
	},
	form: (state, messages) => {
		const told = aboutApplication(state, messages);
		return told.length ? told : undefined;
	},
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
	const entry = entries[state.screen]?.(state, messages, width);
	const step = words.steps[state.screen];
	const texts = [step.purpose, `${words.machine} ${step.machine}`, `${words.proposals} ${step.proposals}`];
	const lines = [
		// What has a form already keeps it.
		...(entry ? [...entry.flatMap((text) => (text.length <= width ? [printable(text)] : wrapWords(text, width))), ""] : []),
		...texts.flatMap((text, index) => [...(index ? [""] : []), ...wrapWords(text, width)]),
	];
	return <ScrollPage title={messages.fill(words.title, { step: words.names[state.screen] })} lines={lines} />;
}
