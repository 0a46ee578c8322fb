import { quoteShellLine } from "../path/quote.ts";

/** How a script of the host reaches the application in a cage. */
export interface SignalLine {
	/** Words that start this program with its state folder; a script has no PATH that one could rely on. */
	readonly program: readonly string[];
	readonly name: string;
	/** Without `SIG`. */
	readonly signal: string;
}

/**
 * A line of POSIX shell. A cage that does not run (exit 1) has nothing to do and is no error; anything else ends the script with what
 * was said.
 */
export function signalLine({ name, program, signal }: SignalLine): string {
	const command = quoteShellLine([...program, "signal", name, signal]);
	return `said=$(${command} 2>&1) || [ $? -eq 1 ] || { echo "$said" >&2; exit 1; }`;
}
