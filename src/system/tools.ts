import { execFile, spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { type FileHandle, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../core/failure.ts";
import { type Path, pathFromBytes } from "../core/path/path.ts";
import { descriptorPath } from "./files/descriptor.ts";
import { reportedDiskFailure } from "./files/errors.ts";

export type { ChildProcess } from "node:child_process";

/** The only place that starts programs; the linter enforces it. */

/** The fixed search path for system tools, so that the caller's PATH cannot substitute one. */
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The environment of all tools that we start. The caller's variables are not in it, because they may make a tool read files or load
 * code that belong to another user.
 */
export const toolEnvironment = { PATH: systemPath, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };

/** Starts a tool that streams, inherits a descriptor, or runs for long. Throws `tool-missing` (exit 3). See `spawn`. */
export const startTool = withToolDefaults(spawn) as typeof spawn;

/** Runs a quick tool and blocks until it ends. Throws `tool-missing` (exit 3). See `spawnSync`. */
export const runQuickTool = withToolDefaults(spawnSync) as typeof spawnSync;

/** Runs a tool without blocking and returns its outputs. Throws `tool-missing` (exit 3). See `execFile`. */
export const readTool = withToolDefaults(promisify(execFile)) as (
	tool: string,
	words: readonly string[],
	options: object,
) => Promise<{ readonly stdout: string; readonly stderr: string }>;

/**
 * Returns execa's function for tools that end by themselves. It loads execa, which takes a tenth of a short command's time. Its
 * result throws `tool-missing` (exit 3).
 */
export async function toolRunner() {
	const { execa } = await import("execa");
	return withToolDefaults(execa({ extendEnv: false })) as unknown as typeof execa;
}

/** A name is looked up in the system path; anything with a slash is a path. `env` replaces the environment. */
function withToolDefaults<R>(start: (program: string, words: string[], options: object) => R) {
	return (tool: string, words: readonly string[], options: object = {}): R =>
		start(tool.includes("/") ? tool : requireTool(tool), [...words], { cwd: "/", env: toolEnvironment, ...options });
}

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

/**
 * Runs a program in an open directory, whose path may be any bytes and may be swapped, so it is never on a command line. Throws
 * `tool-missing` (exit 3) or `program-failed` (exit 1; values: program, problem).
 */
export async function runIn(
	directory: FileHandle,
	program: string,
	words: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	signal?.throwIfAborted();
	const run = await toolRunner();
	const ended = await run(program, words, {
		cwd: descriptorPath(directory),
		stdin: "ignore",
		stdout: "ignore",
		reject: false,
		...(signal && { cancelSignal: signal }),
	});
	signal?.throwIfAborted();
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
