import { spawn } from "node:child_process";
import type { ShellResult } from "../../engine/ports.ts";

const outputKept = 4096;

/**
 * Runs a command in a process group of its own, with both output streams read and nothing on stdin. When time is up, or the
 * caller gives up, the whole group is killed: a probe leaves no process behind.
 */
export function runGroup(
	command: readonly string[],
	env: NodeJS.ProcessEnv,
	timeoutSeconds: number,
	signal?: AbortSignal,
): Promise<ShellResult> {
	return new Promise((resolve) => {
		const [program = "", ...args] = command;
		let output = "";
		let timedOut = false;
		const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
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
		const collect = (chunk: Buffer) => {
			output = (output + chunk.toString("utf8")).slice(-outputKept);
		};
		child.stdout.on("data", collect);
		child.stderr.on("data", collect);
		const finish = (status: number) => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", kill);
			kill();
			resolve({ ok: status === 0 && !timedOut, status, output, timedOut });
		};
		child.on("error", (error) => {
			output += error.message;
			finish(127);
		});
		// `exit`, not `close`: something that the line left in the background may hold the streams open for good.
		child.on("exit", (code, signalName) => setImmediate(finish, code ?? (signalName ? 137 : 70)));
	});
}
