import { loadMessages } from "../messages/load.ts";
import type { Language, Messages } from "../messages/messages.ts";

/** Loads the texts of one language. `state` is the state folder if commands must name it. */
export async function loadMessagesWithState(language: Language, state: string | undefined): Promise<Messages> {
	const messages = await loadMessages(language);
	return state === undefined ? messages : (await import("./state-in-messages.ts")).messagesWithState(messages, state);
}
