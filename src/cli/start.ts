import type { StartContext, StartMachine } from "../engine/context.ts";
import type { Event } from "../engine/events.ts";
import { passedSignals, type RunOptions, runCage } from "../engine/run/run.ts";
import { systemAccounts } from "../system/accounts/accounts.ts";
import { auditCage } from "../system/files/audit.ts";
import { UtilLinuxLauncher } from "../system/launch/launcher.ts";
import type { Launching } from "../system/launch/method.ts";
import { processesOf } from "../system/running/proc.ts";
import { StateReader } from "../system/state/reader.ts";
import type { GlobalOptions } from "./options.ts";
import { stateFolder } from "./state.ts";

/**
 * Starting a cage, in a bundle of its own (build.js): every module that is loaded here makes each start slower. The sentences of all languages, which it
 * seldom needs, are in another.
 */

function startMachine(state: string, launching: Launching): StartMachine {
	return {
		accounts: systemAccounts,
		launcher: new UtilLinuxLauncher(state, launching),
		store: new StateReader(state),
		audit: async (cage, signal) => (await auditCage(cage, signal)).findings,
		processesOf,
		now: () => Date.now(),
	};
}

/** Runs the application, or a command instead of it; tells its exit status. Signals are passed on instead of calling it off. */
export async function startCage(
	name: string,
	command: readonly string[],
	options: Pick<GlobalOptions, "state" | "quiet">,
	tell: (event: Event) => void,
	launching: Launching = {},
	how: RunOptions = {},
): Promise<number> {
	const context: StartContext = {
		machine: startMachine(stateFolder(options.state), launching),
		emit(event) {
			// What was accepted once is never started in silence.
			if (event.event !== "warned" || (options.quiet && event.code !== "findings-accepted")) return;
			tell(event);
		},
		signal: new AbortController().signal,
	};
	const onSignals = (pass: (signal: string) => void) => {
		for (const signal of passedSignals) process.on(signal, pass);
		return () => {
			for (const signal of passedSignals) process.off(signal, pass);
		};
	};
	return runCage(context, name, command, onSignals, how);
}

/** The whole of `run NAME` from the command line: as `runProgram`, for arguments that need no more reading. `words` loads what there is to say it with. */
export async function startPlainly({ command, name, options }: PlainRun, words: () => Words): Promise<number> {
	try {
		return await startCage(name, command, options, (event) => words().tell(event, undefined));
	} catch (error) {
		return words().report(error, options, stateFolder(options.state));
	}
}

type Words = Pick<typeof import("./words.ts"), "report" | "tell">;

/** `run NAME`, as most service managers and scripts say it. */
export interface PlainRun {
	readonly name: string;
	readonly command: readonly string[];
	readonly options: Pick<GlobalOptions, "state" | "quiet">;
}
