import type { Answers } from "../core/questions/answers.ts";
import { asciiMessages } from "../messages/ascii.ts";
import type { Messages } from "../messages/messages.ts";
import { colorLevel } from "./import-ink.ts";
import type { Look } from "./look.ts";
import { fixedPalette, namedPalette } from "./palette.ts";
import type { WizardSession } from "./session/session.ts";

export interface WizardOptions {
	readonly session: WizardSession;
	readonly messages: Messages;
	readonly color: boolean;
	/** The terminal displays only ASCII. */
	readonly ascii: boolean;
	/** The terminal's font has no marks such as ✓. */
	readonly plainMarks?: boolean;
	/** Draw below the text that is in the terminal, not on the alternate screen. */
	readonly inline: boolean;
	/** The state folder if it is not the default. */
	readonly state?: string;
	/** Start at the form with these answers. */
	readonly initial?: Answers;
	/** Resume this session. */
	readonly resume?: string;
}

type LookOptions = Pick<WizardOptions, "ascii" | "color" | "messages" | "plainMarks">;

export function lookFrom({ ascii, color, messages, plainMarks = false }: LookOptions): Look {
	const palette = Number(colorLevel()) > 1 ? fixedPalette : namedPalette;
	return { messages: ascii ? asciiMessages(messages.language) : messages, color, ascii, plainMarks, palette };
}
