import { printable } from "../../base/path/quote.ts";
import { driftedPackages } from "../../check/drift.ts";
import { staleCages } from "../../check/engine/drift.ts";
import type { Terminal } from "../../cli/terminal.ts";

/** Returns 1 if a cage is stale, unless `--mark` is given. */
export async function stale(terminal: Terminal, options: { mark?: boolean }): Promise<number> {
	return terminal.withContext(async (context) => {
		const cages = await staleCages(context, options.mark ?? false);
		const words = terminal.messages.cli.stale;
		const lines = cages.map(({ drift, name }) => {
			const packages = driftedPackages(drift);
			return words.one(
				name,
				printable(packages.join(", ")),
				drift.some((one) => one.security),
			);
		});
		if (terminal.options.json) terminal.printJson("stale", { cages: cages.map(({ name }) => name) });
		else if (lines.length) terminal.print(lines.join("\n"));
		else if (!terminal.options.quiet) terminal.print(words.none);
		return cages.length && !options.mark ? 1 : 0;
	});
}
