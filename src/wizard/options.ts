import type { Answers } from "../core/questions/answers.ts";
import { asciiMessages } from "../messages/ascii.ts";
import type { Messages } from "../messages/messages.ts";
import type { Look } from "./look.ts";
import type { WizardSession } from "./session/session.ts";

export interface WizardOptions {
	readonly session: WizardSession;
	readonly messages: Messages;
	readonly color: boolean;
	/** For terminals that show nothing but ASCII. */
	readonly ascii: boolean;
	/** Below what stands in the terminal already, instead of in a screen of its own. */
	readonly inline: boolean;
	/** The state folder, where it is not the one that is taken without a word. */
	readonly state?: string;
	/** Goes straight to the form with these. */
	readonly initial?: Answers;
	/** Goes on with this session. */
	readonly resume?: string;
}

export function lookFrom({ ascii, color, messages }: Pick<WizardOptions, "ascii" | "color" | "messages">): Look {
	return { messages: ascii ? asciiMessages(messages.language) : messages, color, ascii };
}
