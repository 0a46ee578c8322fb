import type { Minimising } from "../engine/events.ts";
import type { Messages } from "../messages/messages.ts";

/** How far the search is, in one line. Apart from what else is said of it: whoever shows progress loads this. */
export function minimisingText(progress: Minimising, messages: Messages): string {
	const { bytes, estimated, files, open, secondsLeft, trials } = progress;
	const words = messages.cli.minimise;
	const left = secondsLeft === undefined ? undefined : words.time(secondsLeft);
	return words.progress(trials, estimated, files, messages.bytes(bytes), open, left);
}
