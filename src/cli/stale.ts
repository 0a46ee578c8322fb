import { staleCages } from "../engine/upkeep/drift.ts";
import type { Terminal } from "./terminal.ts";

/** Names the cages that an upgrade of the host has made old. Status 1 where there are any, unless they are only to be marked. */
export async function stale(terminal: Terminal, options: { mark?: boolean }): Promise<number> {
	return terminal.withContext(async (context) => {
		const cages = await staleCages(context, options.mark ?? false);
		const words = terminal.messages.cli.install;
		const lines = cages.map(({ drift, name }) => {
			const packages = [...new Set(drift.flatMap((one) => one.package ?? []))];
			return words.stale(
				name,
				packages.join(", "),
				drift.some((one) => one.security),
			);
		});
		if (terminal.options.json) terminal.printJson("stale", { cages: cages.map(({ name }) => name) });
		else if (lines.length) terminal.print(lines.join("\n"));
		return cages.length && !options.mark ? 1 : 0;
	});
}
