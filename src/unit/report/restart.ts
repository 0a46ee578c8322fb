import type { Messages } from "../../messages/messages.ts";
import type { RestartResult } from "../engine/restart.ts";

/** What happened to running applications. */
export function restartedText(
	name: string,
	{ interrupted, remaining, renewed, restarted }: RestartResult,
	messages: Messages,
): string[] {
	const words = messages.cli.update;
	return [
		...(renewed.length ? [words.renewed(renewed.join(", "))] : []),
		...(restarted.length ? [words.restarted(restarted.join(", "), messages.count(interrupted))] : []),
		...(remaining.length ? [words.remaining(name, remaining.join(", "))] : []),
	];
}
