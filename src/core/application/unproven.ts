import { quoteShell } from "../path/quote.ts";
import type { Note } from "./note.ts";

/** What the probes of a protocol leave unproven: a sentence for each in the messages. */
export type UnprovenCode =
	| "unproven-greeting"
	| "unproven-page"
	| "unproven-backend"
	| "unproven-forwarding"
	| "unproven-names"
	| "unproven-query"
	| "unproven-login"
	| "unproven-mail"
	| "unproven-message"
	| "unproven-script"
	| "unproven-entry"
	| "unproven-file"
	| "unproven-time";

/** `exercise` is a shell line that would prove it; words in capitals are for the administrator to fill in. */
export function unproven(code: UnprovenCode, exercise: string): Note<UnprovenCode> {
	return { code, values: { exercise: `--exercise ${quoteShell(exercise)}` } };
}

/** Whether a note says what nobody has proven. */
export function isUnproven({ code }: Note): boolean {
	return code.startsWith("unproven-");
}
