import type { Event } from "../engine/events.ts";
import { languageFrom, messagesFor } from "../messages/messages.ts";
import { progressLine } from "../report/progress.ts";

/** An event as a whole line for stderr; empty where there is nothing to say. */
export function line(event: Event, lang: string | undefined): string {
	const text = progressLine(event, messagesFor(languageFrom(process.env, lang)))?.text;
	return text === undefined ? "" : `${text}\n`;
}
