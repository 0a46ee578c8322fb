import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Failure } from "../../core/failure.ts";
import { requireTool, toolEnvironment } from "./tools.ts";

/** A process in a scope of systemd that lives until its stdin ends, which the kernel sees to however we end. Throws `launch-failed` (exit 3). */
export async function startClient(scope: string): Promise<ChildProcess> {
	const words = ["--quiet", "--scope", "--collect", `--unit=${scope}`, "--", "/bin/sh", "-c", "echo; exec cat"];
	const client = spawn(requireTool("systemd-run"), words, {
		env: toolEnvironment,
		cwd: "/",
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
	let said = "";
	client.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	client.stdin?.on("error", () => {}); // It may be ended by somebody else.
	const closed = once(client, "close");
	const isUp = await Promise.race([
		once(client.stdout as NonNullable<typeof client.stdout>, "data"),
		closed.then(() => undefined),
	]);
	if (!isUp) throw new Failure("launch-failed", { detail: said.trim().split("\n")[0] ?? "systemd-run" }, 3);
	return client;
}
