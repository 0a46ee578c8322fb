import { createInterface } from "node:readline/promises";
import { Interrupted } from "./interrupted.ts";
import type { Terminal } from "./terminal.ts";

const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * A line of text on stderr; empty where nothing was said, also by Ctrl-D. Only where a person is there to answer. Throws `Interrupted` where a signal comes
 * instead of an answer.
 */
export async function askText(question: string): Promise<string> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	const stops: (() => void)[] = [];
	try {
		return await new Promise<string>((resolve, reject) => {
			for (const name of signals) {
				const stop = () => reject(new Interrupted(name));
				process.once(name, stop);
				stops.push(() => process.off(name, stop));
			}
			// On a terminal the interface takes Ctrl-C for itself.
			lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
			let isAnswered = false;
			lines.question(`${question} `).then(
				(answer) => {
					isAnswered = true;
					resolve(answer.trim());
				},
				// Ctrl-D, which closes it too.
				() => {},
			);
			// The end of what is read closes it without a word to the question; a last line without its end is an answer before that.
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

/** A yes-or-no question on stderr; Enter means no. Only where a person is there to answer. */
export async function ask(terminal: Terminal, question: string): Promise<boolean> {
	return terminal.messages.cli.isYes(await askText(question));
}
