import { constants } from "node:os";
import { quoteShellLine } from "../core/path/quote.ts";
import type { CommandEvent, CommandFeed } from "../engine/ports.ts";
import type { ChildProcess } from "./tools.ts";

/** Reports the programs that adapters start for the user, in the form one would type them. */
export class Commands implements CommandFeed {
	readonly #listeners = new Set<(event: CommandEvent) => void>();
	#number = 0;

	listen(listener: (event: CommandEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Returns a function that reports the exit status. */
	started(words: readonly string[]): (status: number) => void {
		const number = ++this.#number;
		this.#emit({ event: "command-started", number, line: quoteShellLine(words) });
		return (status) => this.#emit({ event: "command-ended", number, status });
	}

	/** Reports a child process. One that could not be started has status 127, as in a shell. */
	follow(child: ChildProcess): void {
		const ended = this.started(child.spawnargs);
		child.once("error", () => ended(127));
		child.once("exit", (code, signal) => ended(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
	}

	#emit(event: CommandEvent): void {
		for (const listener of this.#listeners) listener(event);
	}
}
