import { Failure } from "../../base/failure.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { reportEscapes } from "../../make/verbs/make.ts";
import type { GivenOptions } from "../../options/options.ts";
import { readPinRules } from "../../options/read-options.ts";
import { planMinimise } from "../engine/minimise.ts";
import { minimisedText, minimisedToJson, minimisePlanText, minimisePlanToJson } from "../report/minimise.ts";
import { Search } from "./minimise-search.ts";

interface MinimiseOptions extends GivenOptions {
	/** Seconds after which the search ends with the best result so far. */
	for?: number;
	restart?: boolean;
}

/** The first Ctrl-C ends the search with the best result so far, the second one ends the command. */
export async function minimise(terminal: Terminal, name: string, options: MinimiseOptions): Promise<number> {
	const rules = readPinRules(options);
	const exercises = options.exercise ?? [];
	const search = new Search(terminal);
	return terminal.withContext(async (context) => {
		await presentCage(context, name);
		// Refuse before the search takes minutes.
		if (!options.yes && !options.dryRun && !terminal.interactive) throw new Failure("minimise-unconfirmed", { name }, 2);
		if (options.dryRun) {
			const subject = await planMinimise(context, name, { ...rules, exercises });
			return terminal.result("minimise", minimisePlanToJson(subject), () => minimisePlanText(subject, terminal.messages));
		}
		const { isShown, result } = await search.minimise(context, name, rules, { ...options, exercises });
		terminal.result("minimise", minimisedToJson(result), () =>
			minimisedText(result, (...words) => terminal.commandLine(...words), terminal.messages, isShown),
		);
		if (!result.made) return result.found.left.length ? 1 : 0;
		return reportEscapes(terminal, result.made.cage) ? 0 : 1;
	}, search);
}
