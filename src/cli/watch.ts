import { quoteShellLine } from "../core/path/quote.ts";
import { stateWords } from "../core/questions/next-steps.ts";
import { watchCage } from "../engine/watch/watch.ts";
import { watchedText, watchedToJson } from "../report/trial.ts";
import type { Terminal } from "./terminal.ts";

/** Watches the running application of a cage for what it misses there. Called off, it says what it has seen until then. */
export async function watch(terminal: Terminal, name: string, seconds: number): Promise<number> {
	return terminal.withContext(async (context) => {
		const seen = await watchCage(context, name, seconds);
		const update = quoteShellLine(["cagewright", ...stateWords(terminal.otherState), "update", name, "--take-missed"]);
		if (terminal.options.json) terminal.printJson("trace", watchedToJson(name, seen));
		else terminal.print(watchedText(name, seen, update, terminal.messages));
		context.signal.throwIfAborted();
		return 0;
	});
}
