import { asciiMessages } from "../../messages/ascii.ts";
import type { Messages } from "../../messages/messages.ts";
import type { Answers } from "../../options/answers.ts";
import type { Manners } from "../manners.ts";
import { fixedPalette, type Look, namedPalette } from "../parts/look.ts";
import type { WizardSession } from "../session/session.ts";

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
	/** What the terminal gets besides the screen; nothing if absent. */
	readonly manners?: Manners;
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
	return { messages: ascii ? asciiMessages(messages) : messages, color, ascii, plainMarks, palette };
}

/** chalk's colour level by Node's colour depth in bits. */
const levels: Readonly<Record<number, string>> = { 1: "0", 4: "1", 8: "2", 24: "3" };

/**
 * Loads a module that imports Ink. Ink and chalk read the environment when they are loaded: with CI set, Ink draws only the last frame
 * and chalk sees no colours. The variables are restored afterwards, so the traced application never sees the change.
 */
export async function importInk<T>(color: boolean, load: () => Promise<T>): Promise<T> {
	const level = color ? colorLevel() : "0";
	const wanted = { CI: "false", CONTINUOUS_INTEGRATION: "false", DEV: "false", FORCE_COLOR: level };
	const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, wanted);
	try {
		return await load();
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
	}
}

/** The caller has checked whether colours are wanted, so variables that forbid them are ignored here. */
function colorLevel(): string {
	if (process.env.FORCE_COLOR !== undefined) return process.env.FORCE_COLOR;
	const { CI: _, NODE_DISABLE_COLORS: __, NO_COLOR: ___, ...env } = process.env;
	return levels[process.stdout.getColorDepth(env)] ?? "1";
}
