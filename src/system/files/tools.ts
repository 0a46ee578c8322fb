import { type FileHandle, readlink } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromBytes } from "../../core/path/path.ts";
import { reportedDiskFailure } from "./errors.ts";

/** The search path for system programs that do what Node cannot. */
const searchPath = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", process.env.PATH ?? ""].join(":");

/**
 * Runs a program in an open directory, whose path may be any bytes and may be swapped, so it is never on a command line. Throws
 * `missing-program` (exit 3) or `program-failed` (exit 1; values: program, problem).
 */
export async function runIn(
	directory: FileHandle,
	program: string,
	words: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	signal?.throwIfAborted();
	const { execa } = await import("execa");
	const ended = await execa(program, words, {
		cwd: `/proc/${process.pid}/fd/${directory.fd}`,
		env: { PATH: searchPath, LC_ALL: "C" },
		extendEnv: false,
		stdin: "ignore",
		stdout: "ignore",
		reject: false,
		...(signal && { cancelSignal: signal }),
	});
	signal?.throwIfAborted();
	if (ended.code === "ENOENT") throw new Failure("missing-program", { program }, 3);
	const how = ended.exitCode ?? ended.signal ?? ended.originalMessage;
	if (ended.failed) throw programFailure(program, { how, stderr: ended.stderr }, await placeOf(directory));
}

/** The failure of a program that writes to `to`: a disk failure, or `program-failed` (exit 1). Without a message, `how` it ended counts. */
export function programFailure(program: string, { how, stderr }: { how: unknown; stderr: string }, to: Path): Failure {
	const problem = stderr.trim().split("\n")[0] || String(how);
	return reportedDiskFailure(stderr, to) ?? new Failure("program-failed", { program, problem }, 1);
}

async function placeOf(directory: FileHandle): Promise<Path> {
	return pathFromBytes(await readlink(`/proc/self/fd/${directory.fd}`, "buffer"));
}
