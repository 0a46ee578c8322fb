import { createInterface, type Interface } from "node:readline/promises";
import { inLocale } from "./format.ts";
import { InterruptedError } from "./interrupted-error.ts";
import { answeredInput, ignoreHangUps } from "./standard-streams.ts";
import type { Terminal } from "./terminal.ts";

const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * Asks on stderr. Returns "" for an empty line or Ctrl-D. Call it only if somebody can answer (`terminal.interactive`). Throws `InterruptedError` if a signal
 * arrives first.
 */
export async function askText(question: string): Promise<string> {
	const lines = openLines();
	const stops: (() => void)[] = [];
	try {
		return await new Promise<string>((resolve, reject) => {
			for (const name of signals) {
				const stop = () => {
					if (name === "SIGHUP") ignoreHangUps();
					reject(new InterruptedError(name));
				};
				process.once(name, stop);
				stops.push(() => process.off(name, stop));
			}
			let isAnswered = false;
			lines.question(`${inLocale(process.stderr, question)} `).then(
				(answer) => {
					isAnswered = true;
					resolve(answer.trim());
				},
				// Ctrl-D also emits `close`.
				() => {},
			);
			// At the end of the input, readline closes without rejecting the question. A last line without a newline is answered first.
			lines.once("close", () =>
				setImmediate(() => {
					if (!isAnswered) process.stderr.write("\n");
					resolve("");
				}),
			);
		});
	} finally {
		for (const stop of stops) stop();
		lines.close();
	}
}

/** Reads lines that somebody types, and shows prompts on stderr. */
export function openLines(): Interface {
	const lines = createInterface({ input: answeredInput(), output: process.stderr });
	// Closing the lines of a hung-up terminal reports an error, too.
	lines.on("error", () => setImmediate(() => lines.close()));
	// readline takes Ctrl-C for itself.
	lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
	return lines;
}

/** Asks a yes-or-no question on stderr. Enter means no. */
export async function ask(terminal: Terminal, question: string): Promise<boolean> {
	return terminal.messages.cli.isYes(await askText(question));
}
