import type { Event } from "../engine/events.ts";
import { languageFrom, messagesFor } from "../messages/messages.ts";
import { progressLine } from "../report/progress.ts";

/** Says an event in a line of its own on stderr, where there is something to say. */
export function tell(event: Event, lang: string | undefined): void {
	const text = progressLine(event, messagesFor(languageFrom(process.env, lang)))?.text;
	if (text !== undefined) process.stderr.write(`${text}\n`);
}
