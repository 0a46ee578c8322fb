import { spawn } from "node:child_process";
import { type FileHandle, readlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromBytes } from "../../core/path/path.ts";
import { fullDisk } from "./errors.ts";

/** Programs of the system that do what Node cannot. */
const searchPath = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", process.env.PATH ?? ""].join(":");

/**
 * Runs a program in an open directory: its path, which may be any bytes and may be swapped, is never on a command line. Fails with
 * `missing-program` (exit 3) or `program-failed` (exit 1; values: program, problem). A bare spawn: these programs take a
 * millisecond, and a build starts several (execa adds three to each, measured).
 */
export async function runIn(
	directory: FileHandle,
	program: string,
	words: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	signal?.throwIfAborted();
	const { error, status, text } = await ended(directory, program, words, signal);
	signal?.throwIfAborted();
	if (error?.code === "ENOENT") throw new Failure("missing-program", { program }, 3);
	if (error) throw error;
	if (status === 0) return;
	const problem = text.trim().split("\n")[0] || `${program}: ${status}`;
	throw fullDisk(problem, await placeOf(directory)) ?? new Failure("program-failed", { program, problem }, 1);
}

async function placeOf(directory: FileHandle): Promise<Path> {
	return pathFromBytes(await readlink(`/proc/self/fd/${directory.fd}`, "buffer"));
}

interface EndOfProgram {
	readonly error?: NodeJS.ErrnoException;
	/** Exit status, or the signal that ended it. */
	readonly status: number | string;
	readonly text: string;
}

function ended(directory: FileHandle, program: string, words: readonly string[], signal?: AbortSignal): Promise<EndOfProgram> {
	return new Promise((resolve) => {
		let text = "";
		let failed: NodeJS.ErrnoException | undefined;
		const child = spawn(program, words, {
			cwd: `/proc/${process.pid}/fd/${directory.fd}`,
			env: { PATH: searchPath, LC_ALL: "C" },
			stdio: ["ignore", "ignore", "pipe"],
			...(signal && { signal }),
		});
		child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
			text = (text + chunk).slice(0, 4096);
		});
		child.on("error", (error) => {
			failed = error;
		});
		child.on("close", (code, ending) => resolve({ ...(failed && { error: failed }), status: code ?? ending ?? "?", text }));
	});
}
