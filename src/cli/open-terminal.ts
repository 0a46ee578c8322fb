import { languageFrom } from "../messages/messages.ts";
import { otherState } from "./arguments.ts";
import type { VerbDefinition } from "./definition.ts";
import { loadMessagesWithState } from "./load-messages.ts";
import type { GlobalOptions } from "./options.ts";
import { Terminal } from "./terminal.ts";

/** Opens the terminal of a verb or, without one, of the wizard. The language is that of `--lang` or the environment. */
export async function openTerminal(options: GlobalOptions, verb?: VerbDefinition): Promise<Terminal> {
	const messages = await loadMessagesWithState(languageFrom(process.env, options.lang), otherState(options.state));
	const eventToJson = options.events ? (await import("./events.ts")).eventToJson : undefined;
	return new Terminal(options, messages, { eventToJson, longWork: verb?.longWork });
}
