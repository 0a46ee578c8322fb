import type { Messages } from "../../src/messages/messages.ts";
import { type Binding, bindingsOf, type Command } from "../../src/wizard/bindings.ts";
import { keyName } from "../../src/wizard/parts/key-name.ts";
import type { WizardState } from "../../src/wizard/state.ts";

const back: readonly Command[] = ["back", "stop", "close", "no", "close-or-back"];
const out: readonly Command[] = ["quit", "interrupt"];

/**
 * What is missing for nobody to be trapped: a key that leads back and one that leads out, among those that work and in the footer. Nothing lies
 * before the first screen; behind the last the cage stands, and there is nothing to take back.
 */
export function waysOut(state: WizardState, footer: string, messages: Messages): string[] {
	const works = bindingsOf(state);
	const shown = works.filter((one) => footer.includes(inFooter(one, messages)));
	const has = (commands: readonly Command[], bindings: readonly Binding[]) =>
		bindings.some(({ command }) => commands.includes(command));
	const isOutermost =
		["requirements", "choose", "save"].includes(state.screen) && !state.overlay && !state.prompt && !state.question;
	return [
		...(has(out, works) ? [] : ["no key leads out"]),
		...(has(out, shown) ? [] : ["the footer shows no key that leads out"]),
		...(isOutermost || has(back, works) ? [] : ["no key leads back"]),
		...(isOutermost || has(back, shown) ? [] : ["the footer shows no key that leads back"]),
	];
}

function inFooter({ command, keys }: Binding, messages: Messages): string {
	return `${keyName(keys[0] ?? "", messages)} ${messages.wizard.keys[command]}`;
}
