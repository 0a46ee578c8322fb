import { showPath } from "../../base/path/quote.ts";
import { systemMachine } from "../../cli/machine.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Messages } from "../../messages/messages.ts";
import { type FinishedWork, finishUnfinished } from "../engine/unfinished.ts";

/** Finishes the work of killed commands and reports it. */
export function finishAndReport(terminal: Pick<Terminal, "launching" | "messages" | "say" | "state">): Promise<void> {
	const { messages } = terminal;
	return finishUnfinished(systemMachine(terminal.state, terminal.launching), {
		done: (finished) => terminal.say(finishedText(finished, messages)),
		failed: (problem) => terminal.say(messages.failure(problem)),
		warned: ({ code, values }) => terminal.say(messages.note(code, values)),
	});
}

function finishedText(finished: FinishedWork, { cli }: Messages): string {
	const { name } = finished;
	switch (finished.kind) {
		case "adoption":
			return cli.adoption.repaired(finished.service, name, finished.where, finished.kept && showPath(finished.kept));
		case "import":
			return finished.keptFor === undefined ? cli.transfer.undone(name) : cli.remove.accountKept(name, finished.keptFor);
		case "leftovers":
			return cli.update.cleared(name);
		case "removal":
			return cli.remove.finished(name);
		case "switching":
			return finished.wentBack
				? cli.update.wentBack(name, finished.generation)
				: cli.update.switched(name, finished.generation, finished.restarted, finished.remaining);
	}
}
