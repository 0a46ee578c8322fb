import { type Path, pathToJson } from "../core/path/path.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { launchRequest, passedSignals, runCage } from "../engine/run/run.ts";
import { progressLine } from "../report/progress.ts";
import { recordAcceptances } from "./acceptance.ts";
import { systemMachine } from "./machine.ts";
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
	const { quiet } = terminal.options;
	const context: Context = {
		machine,
		emit(event) {
			// A finding that was accepted once is reported at each start.
			if (event.event !== "warned" || (quiet && event.code !== "findings-accepted")) return;
			const line = progressLine(event, terminal.messages);
			if (line) terminal.say(line.text);
		},
		signal: new AbortController().signal,
	};
	/** Signals are for the application, and do not cancel the command. */
	const onSignals = (pass: (signal: string) => void) => {
		for (const signal of passedSignals) process.on(signal, pass);
		return () => {
			for (const signal of passedSignals) process.off(signal, pass);
		};
	};
	const { raw = false, stopTimeout } = options;
	return runCage(context, name, command, onSignals, { raw, ...(stopTimeout === undefined ? {} : { stopSeconds: stopTimeout }) });
}
