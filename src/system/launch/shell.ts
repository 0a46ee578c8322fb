import { once } from "node:events";
import { hasAlternatives, programsOfLine, withoutShellName } from "../../core/application/shell.ts";
import { type HostShell, shellTools } from "../../core/confinement/host-shell.ts";
import { launchFailed } from "../../core/confinement/launch.ts";
import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { baseName, type Path, pathFromText } from "../../core/path/path.ts";
import { packageOfClient } from "../../core/probe/client-packages.ts";
import { packageKindOf } from "../../core/record/packages.ts";
import type { LineProblem, ShellResult } from "../../engine/launch-ports.ts";
import { attempt } from "../files/errors.ts";
import { systemFiles } from "../files/files.ts";
import { distributionIds } from "../packages/packages.ts";
import { shellLineEnvironment } from "../shell-line.ts";
import { findTool, runQuickTool, startTool, toolEnvironment } from "../tools.ts";

const outputKept = 4096;
/** Milliseconds for reading the remaining output of an ended command. */
const drainTime = 100;

/**
 * Runs a command in the caller's working directory and in its own process group, reads both outputs and gives it an empty stdin;
 * `descriptors` are its 3, 4 and so on. On timeout or abort the whole group is killed. The streams are closed soon after the command
 * ends, because another process may hold their other end.
 */
export function runGroup(
	command: readonly string[],
	env: NodeJS.ProcessEnv,
	timeoutSeconds: number,
	signal?: AbortSignal,
	descriptors: readonly number[] = [],
): Promise<ShellResult> {
	return new Promise((resolve) => {
		const [program = "", ...args] = command;
		let output = "";
		let timedOut = false;
		const child = startTool(program, args, {
			// Not `.`: an ordinary user may be unable to enter it again, for example after `su`.
			...{ cwd: undefined, env, detached: true },
			stdio: ["ignore", "pipe", "pipe", ...descriptors],
		});
		const kill = () => void attempt(() => child.pid && process.kill(-child.pid, "SIGKILL"));
		const timer = setTimeout(() => {
			timedOut = true;
			kill();
		}, timeoutSeconds * 1000);
		signal?.addEventListener("abort", kill, { once: true });
		const streams = [child.stdout, child.stderr];
		for (const stream of streams) {
			stream?.on("data", (chunk: Buffer) => {
				output = (output + chunk.toString("utf8")).slice(-outputKept);
			});
		}
		const finish = (status: number) => {
			for (const stream of streams) stream?.destroy();
			clearTimeout(timer);
			signal?.removeEventListener("abort", kill);
			kill();
			resolve({ ok: status === 0 && !timedOut, status, output, timedOut });
		};
		child.on("error", (error) => {
			output += error.message;
			finish(launchFailed);
		});
		const closed = once(child, "close").catch(() => {});
		child.on("exit", async (code, signalName) => {
			const drained = new AbortController();
			const drainedLate = new Promise((done) => {
				const timer = setTimeout(done, drainTime);
				drained.signal.addEventListener("abort", () => clearTimeout(timer));
			});
			await Promise.race([closed, drainedLate]);
			drained.abort();
			finish(code ?? (signalName ? 137 : 70));
		});
	});
}

/** Seconds for reading a line. */
const readSeconds = 30;

/** Prints the first of the names that the shell cannot call. Unlike our own search, this follows the shell's PATH. */
const findMissing = 'for name do [ -n "$(command -v "$name")" ] || { printf %s "$name"; exit; }; done';

/** Lets the shell parse the line without running it, and look up its programs. */
export async function lineProblem(line: string): Promise<LineProblem | undefined> {
	const read = await runGroup(["/bin/sh", "-n", "-c", line], toolEnvironment, readSeconds);
	if (!read.ok && !read.timedOut) {
		return { code: "line-unreadable", values: { detail: withoutShellName(read.output) } };
	}
	const programs = programsOfLine(line);
	const missing = await runGroup(["/bin/sh", "-c", findMissing, "sh", ...programs], shellLineEnvironment(), readSeconds);
	if (!programs.includes(missing.output)) return undefined;
	const program = missing.output;
	const packageName = packageOfClient(baseName(pathFromText(program)), packageKindOf(distributionIds()));
	const values = { program, ...(packageName === undefined ? {} : { package: packageName }) };
	return { code: "line-program-missing", values, hasAlternatives: hasAlternatives(line) };
}

/** The best shell of this machine for use in a cage. Throws `shell-missing` (exit 3). */
export function hostShell(): HostShell {
	const busybox = findTool("busybox");
	if (busybox !== undefined && isStatic(busybox)) {
		const { stdout } = runQuickTool(busybox, ["--list"], { encoding: "utf8" });
		const built = new Set(stdout.split("\n"));
		return { kind: "busybox", program: pathFromText(busybox), applets: shellTools.filter((name) => built.has(name)) };
	}
	const bash = findTool("bash");
	if (bash === undefined) throw new Failure("shell-missing", {}, 3);
	const programs = [bash, ...shellTools.flatMap((name) => (name === "sh" ? [] : (findTool(name) ?? [])))]
		.map(pathFromText)
		.filter((path) => loaderOf(path) === loaderOf(pathFromText(bash)));
	const { interpreters, needed } = libraryClosure(programs, systemFiles());
	const [loader] = interpreters.keys();
	if (loader === undefined) throw new Failure("shell-missing", {}, 3);
	return { kind: "bash", programs, loader, libraries: [...needed.keys()].filter((library) => library !== loader) };
}

function isStatic(executable: string): boolean {
	return loaderOf(pathFromText(executable)) === undefined;
}

/** Undefined for a static executable, or for no executable at all. */
function loaderOf(path: Path): Path | undefined {
	return [...libraryClosure([path], systemFiles()).interpreters.keys()][0];
}
