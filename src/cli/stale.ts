import { driftedPackages } from "../core/cage/drift.ts";
import { printable } from "../core/path/quote.ts";
import type { ReadingMachine } from "../engine/context.ts";
import { staleCages } from "../engine/upkeep/drift.ts";
import type { Terminal } from "./terminal.ts";

/** Returns 1 if a cage is stale, unless `--mark` is given. */
export async function stale(terminal: Terminal<ReadingMachine>, options: { mark?: boolean }): Promise<number> {
	return terminal.withContext(async (context) => {
		const cages = await staleCages(context, options.mark ?? false);
		const words = terminal.messages.cli.install;
		const lines = cages.map(({ drift, name }) => {
			const packages = driftedPackages(drift);
			return words.stale(
				name,
				printable(packages.join(", ")),
				drift.some((one) => one.security),
			);
		});
		if (terminal.options.json) terminal.printJson("stale", { cages: cages.map(({ name }) => name) });
		else if (lines.length) terminal.print(lines.join("\n"));
		else if (!terminal.options.quiet) terminal.print(words.noneStale);
		return cages.length && !options.mark ? 1 : 0;
	});
}
