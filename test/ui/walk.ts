import type { ScreenDriver } from "./screen.ts";
import type { Script } from "./scripted-session.ts";

/** A path through the wizard. `seen` types keys, waits for a text, and checks the screen, which has a unique name. */
export interface Walk {
	readonly name: string;
	readonly script?: Script;
	go(screen: ScreenDriver, seen: (name: string, keys?: string, text?: string) => Promise<void>): Promise<void>;
}

export function take({ go }: Walk, screen: ScreenDriver, check: (name: string) => Promise<void>): Promise<void> {
	return go(screen, async (name, keys = "", text) => {
		screen.type(keys);
		if (text !== undefined) await screen.sees(text);
		await check(name);
	});
}

/** To the form of the second choice, redis. */
export async function toForm(screen: ScreenDriver): Promise<void> {
	await screen.sees(screen.words.choose.title.slice(0, 20));
	await screen.typeUntil("\x1b[B\r", screen.words.form.button);
}

/** To a trace whose application answers. */
export async function toTrace(screen: ScreenDriver): Promise<void> {
	await toForm(screen);
	await screen.typeUntil("\x1b[6~\r", screen.words.trace.answering.slice(0, 12));
}
