import { type Path, pathToJson } from "../core/path/path.ts";
import { presentCage } from "../engine/cages.ts";
import { launchRequest } from "../engine/run/run.ts";
import { recordAcceptances } from "./acceptance.ts";
import { systemMachine } from "./machine.ts";
import { startCage } from "./start.ts";
import { tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

export interface RunWords {
	readonly print?: boolean;
	readonly acceptFinding?: readonly string[];
	readonly stopTimeout?: number;
	readonly raw?: boolean;
}

export async function run(terminal: Terminal, name: string, command: readonly string[], options: RunWords): Promise<number> {
	const machine = systemMachine(terminal.state, terminal.launching);
	await recordAcceptances({ machine }, name, options.acceptFinding);
	if (options.print) {
		const script = machine.launcher.print(launchRequest(await presentCage({ machine }, name), command));
		if (terminal.options.json) {
			// As every path in JSON: text, or base64 where it is none.
			terminal.printJson("run", { name, script: pathToJson(script as Path) });
			return 0;
		}
		// It is bytes, one character each: paths and arguments need not be UTF-8.
		process.stdout.write(Buffer.from(script, "latin1"));
		return 0;
	}
	const { lang } = terminal.options;
	const { raw = false, stopTimeout } = options;
	const how = { raw, ...(stopTimeout === undefined ? {} : { stopSeconds: stopTimeout }) };
	return startCage(name, command, terminal.options, (event) => tell(event, lang), terminal.launching, how);
}
