import { printable } from "../../core/path/quote.ts";
import { asciiText } from "../../messages/ascii.ts";
import type { Look } from "../look.ts";
import type { WizardState } from "../state.ts";

/** The notice above the prompt of a shell in the cage. */
export function shellWords({ answers }: WizardState, { ascii, messages }: Look): string {
	const words = messages.cli.shell(printable(answers?.name ?? ""), undefined);
	return `${ascii ? asciiText(words) : words}\n`;
}
