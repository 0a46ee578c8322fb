import { execFile } from "node:child_process";

export interface ProcessEnd {
	/** null after a signal. */
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs a program to its end and kills it after so many milliseconds. The worker stays awake meanwhile: the test runner gives one up that
 * does not answer for a minute, as in `spawnSync`.
 */
export function runToEnd(program: string, words: readonly string[], timeout: number): Promise<ProcessEnd> {
	return new Promise((resolve) => {
		const options = { encoding: "utf8", timeout, killSignal: "SIGKILL", maxBuffer: 1 << 26 } as const;
		const child = execFile(program, words, options, (_, stdout, stderr) => {
			resolve({ status: child.exitCode, signal: child.signalCode, stdout, stderr });
		});
	});
}
