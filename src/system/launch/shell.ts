import { once } from "node:events";
import { programsOfLine } from "../../core/application/shell.ts";
import { type HostShell, shellTools } from "../../core/confinement/host-shell.ts";
import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import type { LineProblem, ShellResult } from "../../engine/launch-ports.ts";
import { attempt } from "../files/errors.ts";
import { systemFiles } from "../files/files.ts";
import { findTool, runQuickTool, startTool, toolEnvironment } from "../tools.ts";
import { lookUpProgram } from "../units/path-lookup.ts";

const outputKept = 4096;
/** Milliseconds for reading the remaining output of an ended command. */
const drainTime = 100;

/**
 * Runs a command in its own process group, reads both outputs and gives it an empty stdin; `descriptors` are its 3, 4 and so on.
 * On timeout or abort the whole group is killed. The streams are closed soon after the command ends, because another process may
 * hold their other end.
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
		const child = startTool(program, args, { env, stdio: ["ignore", "pipe", "pipe", ...descriptors], detached: true });
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
			finish(127);
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

/** Seconds for parsing a line. */
const parseSeconds = 2;

/** Lets the shell parse the line without running it, and looks up its programs. */
export async function lineProblem(line: string): Promise<LineProblem | undefined> {
	const read = await runGroup(["/bin/sh", "-n", "-c", line], toolEnvironment, parseSeconds);
	if (!read.ok) {
		// "/bin/sh: 1: Syntax error: Unterminated quoted string"
		const detail = (read.output.trim().split("\n")[0] ?? "").replace(/^\S*sh: (?:-c: )?(?:line )?\d+: (?:Syntax error: )?/i, "");
		return { code: "line-unreadable", values: { detail } };
	}
	const program = programsOfLine(line).find((name) => "error" in lookUpProgram(name));
	return program === undefined ? undefined : { code: "line-program-missing", values: { program } };
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
