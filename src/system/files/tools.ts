import type { FileHandle } from "node:fs/promises";
import { ExecaError, execa } from "execa";
import { Failure } from "../../core/failure.ts";

/** Programs of the system that do what Node cannot. */
const searchPath = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", process.env.PATH ?? ""].join(":");

/**
 * Runs a program in an open directory: its path, which may be any bytes and may be swapped, is never on a command line. Fails with
 * `missing-program` (exit 3) or `program-failed` (exit 1; values: program, problem).
 */
export async function runIn(
	directory: FileHandle,
	program: string,
	words: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	try {
		await execa(program, words, {
			cwd: `/proc/${process.pid}/fd/${directory.fd}`,
			env: { PATH: searchPath, LC_ALL: "C" },
			extendEnv: false,
			stdin: "ignore",
			...(signal && { cancelSignal: signal }),
		});
	} catch (error) {
		signal?.throwIfAborted();
		if (!(error instanceof ExecaError)) throw error;
		if (error.code === "ENOENT") throw new Failure("missing-program", { program }, 3);
		const problem =
			String(error.stderr ?? "")
				.trim()
				.split("\n")[0] || error.shortMessage;
		if (/No space left on device|Disk quota exceeded/.test(problem)) throw new Failure("disk-full", { path: program }, 1);
		throw new Failure("program-failed", { program, problem }, 1);
	}
}
