import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { requireTool, toolEnvironment } from "./tools.ts";

/** Descriptors 3 and 4 of a split launch. */
export const handOverPipes = ["pipe", "pipe"] as const;

/** Runs the mounts of a split launch (`splitLaunchScript`) when it asks. `command` receives its process ID. */
export function mountWhenAsked(
	launch: ChildProcess,
	command: (pid: number) => readonly string[],
	follow: (child: ChildProcess) => void,
): void {
	const [, , , question, answer] = launch.stdio as [unknown, unknown, unknown, Readable, Writable];
	// The launch may end before it reads the answer.
	answer.on("error", () => {});
	question.once("data", (chunk: Buffer) => {
		const [name = "", ...words] = command(Number(chunk));
		const child = spawn(requireTool(name), words, { env: toolEnvironment, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
		follow(child);
		let printed = "";
		child.stderr.on("data", (text: Buffer) => {
			printed += text.toString("latin1");
		});
		child.once("error", (error) => answer.end(`127\n${error.message}\n`));
		child.once("close", (status) => answer.end(`${status ?? 137}\n${printed}`, "latin1"));
	});
}
