import { presentGeneration } from "../engine/cages.ts";
import { rollbackCage, rollbackTarget } from "../engine/upkeep/rollback.ts";
import { restartedText } from "../report/update.ts";
import type { Terminal } from "./terminal.ts";

export interface RollbackOptions {
	readonly to?: number;
	readonly restart?: boolean;
	readonly dryRun?: boolean;
}

/** Back to the generation before, or to a named one. */
export async function rollback(terminal: Terminal, name: string, options: RollbackOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const words = terminal.messages.cli.update;
		if (options.dryRun) {
			const { generation: from } = await presentGeneration(context, name);
			const to = await rollbackTarget(context, name, from, options.to);
			if (terminal.options.json) terminal.printJson("rollback", { dryRun: true, name, from, to });
			else terminal.print(words.wouldRollBack(name, from, to));
			return 0;
		}
		const restart = options.restart ?? true;
		const done = await rollbackCage(context, name, { restart, ...(options.to === undefined ? {} : { to: options.to }) });
		const { from, restarted, to } = done;
		if (terminal.options.json) terminal.printJson("rollback", { name, from, to, ...restarted });
		else terminal.print([words.rolledBack(name, from, to), ...restartedText(name, restarted, terminal.messages)].join("\n"));
		return 0;
	});
}
