import type { Messages } from "../../src/messages/messages.ts";
import { type Binding, bindingsOf, type Command } from "../../src/wizard/bindings.ts";
import { keyName } from "../../src/wizard/footer.ts";
import type { WizardState } from "../../src/wizard/state.ts";

const back: readonly Command[] = ["back", "stop", "close", "no", "close-or-back"];
const out: readonly Command[] = ["quit", "interrupt"];

/**
 * Missing exits of a screen: a key that goes back and one that quits, both working and in the footer. The first screen and the last
 * have nothing to go back to.
 */
export function missingExits(state: WizardState, footer: string, messages: Messages): string[] {
	const works = bindingsOf(state);
	const shown = works.filter((one) => footer.includes(inFooter(one, messages)));
	const has = (commands: readonly Command[], bindings: readonly Binding[]) =>
		bindings.some(({ command }) => commands.includes(command));
	const isOutermost =
		["requirements", "choose", "save"].includes(state.screen) && !state.overlay && !state.prompt && !state.question;
	return [
		...(has(out, works) ? [] : ["no key quits"]),
		...(has(out, shown) ? [] : ["the footer shows no key to quit"]),
		...(isOutermost || has(back, works) ? [] : ["no key goes back"]),
		...(isOutermost || has(back, shown) ? [] : ["the footer shows no key to go back"]),
	];
}

function inFooter({ command, keys }: Binding, messages: Messages): string {
	return `${keyName(keys[0] ?? "", messages)} ${messages.wizard.keys[command]}`;
}
