import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { type FileHandle, readlink } from "node:fs/promises";
import { constants as osConstants } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { omitUndefined } from "../collections.ts";
import { Failure } from "../failure.ts";
import { type Path, pathFromBytes } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import type { CommandEvent, CommandFeed } from "../ports.ts";
import { descriptorPath } from "./descriptor.ts";
import { reportedDiskFailure } from "./errors.ts";

export type { ChildProcess };

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
		...omitUndefined({ cancelSignal: signal }),
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

/** Reports the programs that adapters start for the user, in the form one would type them. */
export class Commands implements CommandFeed {
	readonly #listeners = new Set<(event: CommandEvent) => void>();
	#number = 0;

	listen(listener: (event: CommandEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Returns a function that reports the exit status. */
	started(words: readonly string[]): (status: number) => void {
		const number = ++this.#number;
		this.#emit({ event: "command-started", number, line: quoteShellLine(words) });
		return (status) => this.#emit({ event: "command-ended", number, status });
	}

	/** Reports a child process. One that could not be started has status 127, as in a shell. */
	follow(child: ChildProcess): void {
		const ended = this.started(child.spawnargs);
		child.once("error", () => ended(127));
		child.once("exit", (code, signal) => ended(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal])));
	}

	#emit(event: CommandEvent): void {
		for (const listener of this.#listeners) listener(event);
	}
}
