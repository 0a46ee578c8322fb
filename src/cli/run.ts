import { constants } from "node:os";
import { Failure } from "../core/failure.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { launchRequest, passedSignals, runCage, signalCage } from "../engine/run.ts";
import { progressLine } from "../report/progress.ts";
import { recordAcceptances } from "./acceptance.ts";
import { systemMachine } from "./machine.ts";
import type { Terminal } from "./terminal.ts";

/** `run` passes signals on instead of being called off by them, so it makes its own context. */
function quietContext(terminal: Terminal): Context {
	return {
		machine: systemMachine(terminal.state, terminal.launching),
		emit(event) {
			if (event.event !== "warned") return;
			// What was accepted once is never started in silence.
			const isSilent = terminal.options.quiet && event.code !== "findings-accepted";
			const line = isSilent ? undefined : progressLine(event, terminal.messages);
			if (line) terminal.say(line.text);
		},
		signal: new AbortController().signal,
	};
}

export async function run(
	terminal: Terminal,
	name: string,
	command: readonly string[],
	options: { print?: boolean; acceptFinding?: readonly string[] },
): Promise<number> {
	const context = quietContext(terminal);
	await recordAcceptances(context, name, options.acceptFinding);
	if (options.print) {
		const script = context.machine.launcher.print(launchRequest(await presentCage(context, name), command));
		// It is bytes, one character each: paths and arguments need not be UTF-8.
		process.stdout.write(Buffer.from(script, "latin1"));
		return 0;
	}
	return runCage(context, name, command, (pass) => {
		for (const signal of passedSignals) process.on(signal, pass);
		return () => {
			for (const signal of passedSignals) process.off(signal, pass);
		};
	});
}

export async function signal(terminal: Terminal, name: string, text: string): Promise<number> {
	const wanted = text.toUpperCase().startsWith("SIG") ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
	if (!(wanted in constants.signals)) throw new Failure("signal-unknown", { signal: text }, 2);
	await signalCage(quietContext(terminal), name, wanted);
	return 0;
}
