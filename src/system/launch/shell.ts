import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ShellResult } from "../../engine/launch-ports.ts";

const outputKept = 4096;
/** Milliseconds in which the output of a command that has ended is read to its end. */
const drainTime = 100;

/**
 * Runs a command in a process group of its own, with both output streams read and nothing on stdin; `descriptors` are its 3, 4 and so on.
 * When time is up, or the caller gives up, the whole group is killed. The streams are closed soon after the command has ended, because a
 * process elsewhere may hold their other end.
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
		const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe", ...descriptors], detached: true });
		const kill = () => {
			try {
				if (child.pid) process.kill(-child.pid, "SIGKILL");
			} catch {
				// The group is gone already.
			}
		};
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
			const patience = new Promise((done) => {
				const timer = setTimeout(done, drainTime);
				drained.signal.addEventListener("abort", () => clearTimeout(timer));
			});
			await Promise.race([closed, patience]);
			drained.abort();
			finish(code ?? (signalName ? 137 : 70));
		});
	});
}
