import { accessSync, constants } from "node:fs";
import { type FileHandle, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { type Path, pathFromBytes } from "../core/path/path.ts";
import { reportedDiskFailure } from "./files/errors.ts";

/** The fixed search path for system tools, so that the caller's PATH cannot substitute one. */
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment of all tools that we start. */
export const toolEnvironment = { PATH: systemPath, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };

export function findTool(name: string): string | undefined {
	for (const directory of systemPath.split(":")) {
		const path = join(directory, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {}
	}
	return undefined;
}

/** Throws `tool-missing` (exit 3) with the package that provides it. */
export function requireTool(name: string): string {
	const path = findTool(name);
	if (!path) throw new Failure("tool-missing", { tool: name, package: packageOf[name] ?? name }, 3);
	return path;
}

const packageOf: Readonly<Record<string, string>> = {
	strace: "strace",
	unshare: "util-linux",
	setpriv: "util-linux",
	nsenter: "util-linux",
	mount: "mount",
	mknod: "coreutils",
	ldconfig: "libc-bin",
	mksquashfs: "squashfs-tools",
	useradd: "passwd",
	userdel: "passwd",
};

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
