import { constants } from "node:os";
import { Failure } from "../core/failure.ts";
import { signalCage } from "../engine/run/run.ts";
import { systemMachine } from "./machine.ts";
import type { Terminal } from "./terminal.ts";

export async function signal(terminal: Terminal, name: string, text: string): Promise<number> {
	const wanted = text.toUpperCase().startsWith("SIG") ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
	if (!(wanted in constants.signals)) throw new Failure("signal-unknown", { signal: text }, 2);
	const machine = systemMachine(terminal.state, terminal.launching);
	await signalCage({ machine, emit() {}, signal: new AbortController().signal }, name, wanted);
	return 0;
}
