import { showPath } from "../core/path/quote.ts";
import type { Finished } from "../engine/upkeep/repair.ts";
import type { Messages } from "../messages/messages.ts";

/** What was finished of an earlier command that was cut off, as a line. */
export function finishedText(finished: Finished, { cli }: Messages): string {
	const { name } = finished;
	switch (finished.kind) {
		case "adoption":
			return cli.adoption.repaired(finished.service, name, finished.where, finished.kept && showPath(finished.kept));
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
