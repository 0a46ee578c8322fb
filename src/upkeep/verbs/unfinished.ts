import type { Machine } from "../../base/engine/context.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { type FinishedWork, finishUnfinished } from "../engine/unfinished.ts";

/** Finishes the work of killed commands, and says each line of what it did. */
export function finishAndReport(machine: Machine, messages: Messages, say: (line: string) => void): Promise<void> {
	return finishUnfinished(machine, {
		done: (finished) => say(finishedText(finished, messages)),
		failed: (problem) => say(messages.failure(problem)),
		warned: ({ code, values }) => say(messages.note(code, values)),
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
