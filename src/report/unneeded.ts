import type { MinimisedEvidence } from "../core/record/record.ts";
import type { Messages } from "../messages/messages.ts";

/** The files that were removed from a cage, and the extent of the proof. */
export function unneededText(minimised: MinimisedEvidence, messages: Messages): string {
	const { at, bytes, exercises, files, isComplete, probes, signals, trials } = minimised;
	const { unneeded, unneededStopped } = messages.record.parts;
	const counts = { files, bytes: messages.bytes(bytes), at, trials, probes, exercises, signals };
	return [messages.fill(unneeded, counts), ...(isComplete ? [] : [unneededStopped])].join(" ");
}
