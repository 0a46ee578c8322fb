import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { isSignal } from "../../base/host/processes.ts";
import { type Path, pathToJson } from "../../base/path/path.ts";
import { knownCage, presentCage } from "../../cage/engine/cages.ts";
import { mergeAcceptances, parseAcceptance } from "../../cage/finding.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { progressLine } from "../../make/report/progress.ts";
import { logInRecord } from "../../record/verbs/record-log.ts";
import { launchRequest, passedSignals, runCage, shellInCage, signalCage } from "../engine/run.ts";

interface RunOptions {
	readonly print?: boolean;
	readonly acceptFinding?: readonly string[];
	readonly stopTimeout?: number;
	readonly raw?: boolean;
}

export async function run(terminal: Terminal, name: string, command: readonly string[], options: RunOptions): Promise<number> {
	const machine = terminal.machine();
	await recordAcceptances({ machine }, name, options.acceptFinding);
	if (options.print) {
		const script = machine.launcher.print(launchRequest(await presentCage({ machine }, name), command));
		if (terminal.options.json) {
			// Like every path in JSON: text, or base64 if it is not UTF-8.
			terminal.printJson("run", { name, script: pathToJson(script as Path) });
			return 0;
		}
		// One character is one byte, because paths and arguments need not be UTF-8.
		process.stdout.write(Buffer.from(script, "latin1"));
		if (!terminal.options.quiet) terminal.say(terminal.messages.cli.printed);
		return 0;
	}
	const { quiet } = terminal.options;
	// A daemon may print nothing for hours.
	let isTold = quiet === true || command.length > 0 || !terminal.isTTY("stderr");
	const context: Context = {
		machine,
		emit(event) {
			if (event.event === "application-started" && !isTold) {
				isTold = true;
				terminal.say(terminal.messages.cli.runs(name));
			}
			// Accepted findings are reported at every start, even with `--quiet`.
			if (event.event !== "warned" || (quiet && event.code !== "findings-accepted")) return;
			const line = progressLine(event, terminal.messages);
			if (line) terminal.say(line.text);
		},
		signal: new AbortController().signal,
	};
	/** Signals go to the application and do not cancel the command. */
	const onSignals = (pass: (signal: string) => void) => {
		for (const signal of passedSignals) process.on(signal, pass);
		return () => {
			for (const signal of passedSignals) process.off(signal, pass);
		};
	};
	const { raw = false, stopTimeout } = options;
	const stop = stopTimeout === undefined ? {} : { stopSeconds: stopTimeout };
	return runCage(context, name, command, { onSignals, raw, ...stop });
}

export async function signal(terminal: Terminal, name: string, text: string): Promise<number> {
	const signalName = text.toUpperCase().startsWith("SIG") ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
	if (!isSignal(signalName)) throw new Failure("signal-unknown", { signal: text }, 2);
	const machine = terminal.machine();
	await signalCage({ machine, emit() {}, signal: new AbortController().signal }, name, signalName);
	if (terminal.options.json) terminal.printJson("signal", { name, signal: signalName });
	return 0;
}

/** Interactive on a terminal; otherwise the shell reads commands from stdin. */
export function shell(
	terminal: Terminal,
	name: string,
	command: readonly string[],
	options: { keepWrites?: boolean },
): Promise<number> {
	const isTerminal = terminal.isTTY("stdin", "stdout");
	const keepWrites = options.keepWrites ?? false;
	return terminal.withContext(async (context) => {
		if (isTerminal && !command.length && !terminal.options.quiet) {
			await presentCage(context, name);
			terminal.say(terminal.messages.cli.shell(name, keepWrites));
		}
		return shellInCage(context, name, {
			command,
			keepWrites,
			...(isTerminal ? { terminal: process.env.TERM ?? "dumb" } : {}),
		});
	});
}

/** Stores accepted findings in the cage, its log and its record before a launch relies on them. */
export async function recordAcceptances(
	{ machine }: Pick<Context, "machine">,
	name: string,
	texts: readonly string[] = [],
): Promise<void> {
	if (!texts.length) return;
	const { store } = machine;
	texts.forEach(parseAcceptance);
	const known = await knownCage(store, name);
	const accepted = mergeAcceptances(known.accepted ?? [], texts);
	if (accepted.length === known.accepted?.length) return;
	await using _lock = await store.lock(name);
	await store.saveCage({ ...known, accepted });
	await logInRecord(store, name, "finding-accepted", { accepted: texts });
}
