import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** A line of text on stderr; empty where nothing was said. Only where a person is there to answer. */
export async function askText(question: string): Promise<string> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return (await lines.question(`${question} `)).trim();
	} finally {
		lines.close();
	}
}

/** A yes-or-no question on stderr; Enter means no. Only where a person is there to answer. */
export async function ask(terminal: Terminal, question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return terminal.messages.cli.isYes((await lines.question(`${question} `)).trim());
	} finally {
		lines.close();
	}
}
