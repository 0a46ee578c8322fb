import { Failure } from "../../core/failure.ts";
import { attempt } from "../files/errors.ts";
import { startTool } from "../tools.ts";
import { linkTarget } from "./proc.ts";

/** Milliseconds that a command gets. */
const commandTime = 60_000;

/**
 * Runs a shell line in its own process group, so that whatever a hanging one has started can be killed with it. What it leaves in the
 * background when it ends stays.
 */
export function runCommand(command: string, input: string, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = startTool("/bin/sh", ["-c", command], { detached: true, stdio: ["pipe", "ignore", "inherit"] });
		// It may end without reading.
		child.stdin?.on("error", () => {});
		child.stdin?.end(input);
		const kill = () => void attempt(() => child.pid && process.kill(-child.pid, "SIGKILL"));
		let hangs = false;
		const timer = setTimeout(() => {
			hangs = true;
			kill();
		}, commandTime);
		signal.addEventListener("abort", kill, { once: true });
		const finish = (status: number | string) => {
			clearTimeout(timer);
			signal.removeEventListener("abort", kill);
			if (signal.aborted) reject(signal.reason);
			else if (hangs) reject(new Failure("reaction-command-hung", { command, seconds: commandTime / 1000 }));
			else if (status === 0) resolve();
			else reject(new Failure("reaction-command-failed", { command, status }));
		};
		child.on("error", (error) => finish(error.message));
		child.on("exit", (status, name) => finish(status ?? name ?? ""));
	});
}

/** Suspends all other processes of its PID namespace, if that is the one it was told. kill(2) with -1 leaves none out that forks. */
const suspendOthers = '[ "$(readlink /proc/self/ns/pid)" = "$1" ] && kill -STOP -1';

export async function suspendNamespaces(inits: readonly number[]): Promise<void> {
	for (const init of inits) {
		const namespace = linkTarget(init, "ns/pid");
		if (namespace === undefined || namespace === linkTarget("self", "ns/pid")) continue;
		const words = ["--target", String(init), "--pid", "--", "/bin/sh", "-c", suspendOthers, "sh", namespace];
		const child = startTool("nsenter", words, { stdio: "ignore" });
		await new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
	}
}
