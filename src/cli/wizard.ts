import { Failure } from "../core/failure.ts";
import { Wizard } from "../engine/wizard.ts";
import { SystemChooser } from "./chooser.ts";
import { systemMachine } from "./machine.ts";
import { recordWriter } from "./record-writer.ts";
import type { Terminal } from "./terminal.ts";

/** Opens the wizard, and prints what it leaves to say once the terminal is as it was before. */
export async function wizard(terminal: Terminal): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === "dumb") throw new Failure("no-terminal", {}, 2);
	const color = terminal.options.color !== false && !process.env.NO_COLOR;
	// chalk reads this when it is loaded, and knows nothing of NO_COLOR.
	if (!color) process.env.FORCE_COLOR = "0";
	const machine = systemMachine(terminal.state, terminal.launching);
	const state = terminal.otherState;
	const session = new Wizard(machine, new SystemChooser(machine, terminal.language), recordWriter(terminal, machine), {
		...(state === undefined ? {} : { state }),
		terminal: process.env.TERM ?? "dumb",
		full: terminal.launching.full ?? false,
	});
	const { runWizard } = await import("../ui/run-wizard.tsx");
	const ascii = !/UTF-?8/i.test(process.env.LC_ALL ?? process.env.LC_CTYPE ?? process.env.LANG ?? "UTF-8");
	try {
		const { lines, status } = await runWizard({ session, messages: terminal.messages, color, ascii });
		for (const line of lines) terminal.print(line);
		return status;
	} finally {
		await session.close();
	}
}
