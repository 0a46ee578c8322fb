import { shellInCage } from "../engine/run/shell.ts";
import type { Terminal } from "./terminal.ts";

/** On a terminal, a shell to sit before; else one that reads its commands from stdin. */
export function shell(
	terminal: Terminal,
	name: string,
	command: readonly string[],
	options: { keepWrites?: boolean },
): Promise<number> {
	const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
	const keepWrites = options.keepWrites ?? false;
	return terminal.withContext((context) => {
		if (isTerminal && !command.length && !terminal.options.quiet) terminal.say(terminal.messages.cli.shell(name, keepWrites));
		return shellInCage(context, name, {
			command,
			keepWrites,
			...(isTerminal ? { terminal: process.env.TERM ?? "dumb" } : {}),
		});
	});
}
