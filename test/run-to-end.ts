import { execFile } from "node:child_process";

export interface ProcessEnd {
	/** `null` if a signal ended the program. */
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs a program until it exits, and kills it after `timeout` milliseconds. Unlike `spawnSync`, it does not block the worker: the test
 * runner abandons a worker that does not answer for a minute.
 */
export function runToEnd(program: string, words: readonly string[], timeout: number): Promise<ProcessEnd> {
	return new Promise((resolve) => {
		const options = { encoding: "utf8", timeout, killSignal: "SIGKILL", maxBuffer: 1 << 26 } as const;
		const child = execFile(program, words, options, (_, stdout, stderr) => {
			resolve({ status: child.exitCode, signal: child.signalCode, stdout, stderr });
		});
	});
}
